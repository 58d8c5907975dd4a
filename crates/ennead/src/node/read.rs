//! The parameters of the nodes that read, and what all nodes read alike.

use ennead_core::{
    Compare, Count, Deleted, Error, Expr, Guard, ModelDef, ModelRef, Operand, OrderBy, Scope, Select,
    Uniqueness, Value,
};
use serde_json::Value as Json;

use super::filter::Reader;
use super::params::{Params, field, invalid, key_alias, value, visible};
use super::relations::Relations;
use super::request::Request;
use super::{Node, NodeOperation, write};
use crate::op::Cursor;

/// How many rows a list gives, and how many groups an aggregate, where nothing is said.
pub(super) const DEFAULT_LIMIT: u64 = 100;

/// What lists and counts say of deleted rows.
const DELETED: &[&str] = &["with_deleted", "only_deleted"];

/// Reads the parameters of a node, under the tenant's predicate.
pub(super) fn parse(node: &Node, scope: &Scope, params: Json) -> Result<Request, Error> {
    let guard = scope.guard(node.model, false)?;
    let call = Call { model: node.model, guard: &guard, scope, relations: &node.relations };
    let params = Params::new(node.model, "", params)?;
    match node.operation {
        NodeOperation::Create => write::create(&call, params),
        NodeOperation::Read => call.read(params),
        NodeOperation::Update => write::update(&call, params),
        NodeOperation::Delete => write::delete(&call, params),
        NodeOperation::List => call.list(params),
        NodeOperation::Count => call.count(params),
        NodeOperation::BulkCreate => write::bulk_create(&call, params),
        NodeOperation::BulkUpdate => write::bulk_update(&call, params),
        NodeOperation::BulkDelete => write::bulk_delete(&call, params),
        NodeOperation::Upsert => write::upsert(&call, params),
    }
}

/// One reading of parameters: the model, the tenant's predicate that its filters are read under, and where its relations lead.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) model: &'static ModelDef,
    pub(super) guard: &'a Guard,
    pub(super) scope: &'a Scope,
    pub(super) relations: &'a Relations,
}

impl Call<'_> {
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { model: self.model, guard: self.guard, scope: self.scope, relations: self.relations }
    }

    pub(super) fn filter(&self, params: &mut Params) -> Result<Option<Expr>, Error> {
        match params.take("filter") {
            None | Some(Json::Null) => Ok(None),
            Some(json) => self.reader().filter(&params.at("filter"), json).map(Some),
        }
    }

    /// Takes the key: as `id`, or by its own name.
    pub(super) fn key(&self, params: &mut Params) -> Result<Value, Error> {
        let key = self.model.key_field();
        let alias = key_alias(self.model);
        let name = if params.has(alias) { alias } else { key.name };
        value(self.model, name, key, params.required(name)?)
    }

    fn read(&self, mut params: Params) -> Result<Request, Error> {
        let fields = self.fields(&mut params)?;
        let includes = self.includes(&mut params)?;
        let filter = self.identity(&mut params)?;
        let deleted = self.deleted(&mut params, &["with_deleted"])?;
        self.finish(params, &["id", self.model.key_field().name, "fields", "include"], &["with_deleted"])?;
        let select = self.select(Some(filter), Vec::new(), None, 0, fields);
        Ok(Request::Read(Select { deleted, ..select }, includes))
    }

    /// Which of the deleted rows are meant, of a model that has some.
    fn deleted(&self, params: &mut Params, names: &[&str]) -> Result<Deleted, Error> {
        if self.model.soft_delete().is_none() {
            return Ok(Deleted::Exclude);
        }
        let mut said = |name: &str| if names.contains(&name) { params.flag(name) } else { Ok(false) };
        match (said("with_deleted")?, said("only_deleted")?) {
            (true, true) => Err(invalid(self.model, "only_deleted", "excludes `with_deleted`")),
            (true, false) => Ok(Deleted::Include),
            (false, true) => Ok(Deleted::Only),
            (false, false) => Ok(Deleted::Exclude),
        }
    }

    /// Refuses what nobody took; `soft` are parameters of models with a soft deletion.
    pub(super) fn finish(&self, params: Params, names: &[&str], soft: &[&str]) -> Result<(), Error> {
        let soft = if self.model.soft_delete().is_some() { soft } else { &[] };
        params.finish(&[names, soft].concat())
    }

    /// What names one row: its key, or the value of a unique field.
    fn identity(&self, params: &mut Params) -> Result<Expr, Error> {
        let key = self.model.key.field;
        if params.has(key_alias(self.model)) || params.has(self.model.key_field().name) {
            let value = self.key(params)?;
            return Ok(Expr::Compare { left: Operand::Column(key), op: Compare::Eq, value });
        }
        let unique =
            visible(self.model).find(|(_, field)| field.unique != Uniqueness::No && params.has(field.name));
        let Some((at, definition)) = unique else {
            return Err(invalid(self.model, "", "give the row's `id`, or the value of a unique field"));
        };
        let value = value(self.model, definition.name, definition, params.required(definition.name)?)?;
        if value.is_null() {
            return Err(invalid(self.model, definition.name, "null names no row"));
        }
        Ok(Expr::Compare { left: Operand::Column(at), op: Compare::Eq, value })
    }

    fn list(&self, mut params: Params) -> Result<Request, Error> {
        let filter = self.filter(&mut params)?;
        let order =
            params.take("order_by").map_or(Ok(Vec::new()), |json| self.reader().order("order_by", json))?;
        let limit = params.count("limit")?.unwrap_or(DEFAULT_LIMIT);
        let offset = params.count("offset")?;
        let paged = params.has("cursor");
        let cursor = match params.take("cursor") {
            None | Some(Json::Null) => None,
            Some(Json::String(text)) => Some(Cursor::from(text)),
            Some(_) => {
                return Err(invalid(self.model, "cursor", "expected the text that the page before gave"));
            }
        };
        let fields = self.fields(&mut params)?;
        let includes = self.includes(&mut params)?;
        let deleted = self.deleted(&mut params, DELETED)?;
        let names = ["filter", "order_by", "limit", "offset", "cursor", "fields", "include"];
        self.finish(params, &names, DELETED)?;
        if !paged {
            let select = self.select(filter, order, Some(limit), offset.unwrap_or(0), fields);
            return Ok(Request::List(Select { deleted, ..select }, includes));
        }
        if offset.is_some() || limit == 0 {
            return Err(invalid(self.model, "cursor", "a page takes no offset, and a limit of at least 1"));
        }
        let select = Select { deleted, ..self.select(filter, order, Some(limit), 0, None) };
        Ok(Request::Page { select, limit, cursor, fields, includes })
    }

    fn count(&self, mut params: Params) -> Result<Request, Error> {
        let filter = self.filter(&mut params)?;
        let deleted = self.deleted(&mut params, DELETED)?;
        let summary = self.summary(&mut params, filter.as_ref(), deleted)?;
        let known = ["filter", "sum", "avg", "min", "max", "group_by", "order_by", "limit"];
        self.finish(params, &known, DELETED)?;
        if let Some(summary) = summary {
            return Ok(Request::Aggregate(summary));
        }
        Ok(Request::Count(Count { model: ModelRef(self.model), filter, deleted }))
    }

    pub(super) fn fields(&self, params: &mut Params) -> Result<Option<Vec<u16>>, Error> {
        self.columns(params, "fields")
    }

    /// Reads a list of fields; `null` is none.
    pub(super) fn columns(&self, params: &mut Params, name: &str) -> Result<Option<Vec<u16>>, Error> {
        let Some(json) = params.take(name).filter(|json| !json.is_null()) else { return Ok(None) };
        let path = params.at(name);
        let Json::Array(items) = json else {
            return Err(invalid(self.model, &path, "expected an array of field names"));
        };
        if items.is_empty() {
            return Err(invalid(self.model, &path, "name at least one field"));
        }
        let mut columns = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let path = format!("{path}[{at}]");
            let Json::String(name) = item else {
                return Err(invalid(self.model, &path, "expected a string"));
            };
            let (column, definition) = field(self.model, &path, name, false)?;
            if columns.contains(&column) {
                return Err(invalid(self.model, &path, "stands twice").with_fields(vec![definition.name]));
            }
            columns.push(column);
        }
        Ok(Some(columns))
    }

    fn select(
        &self,
        filter: Option<Expr>,
        order: Vec<OrderBy>,
        limit: Option<u64>,
        offset: u64,
        columns: Option<Vec<u16>>,
    ) -> Select {
        Select { filter, order, limit, offset, columns, ..Select::of(self.model) }
    }
}
