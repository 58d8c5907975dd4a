//! Models in modules and functions, private ones, raw identifiers, macro_rules, names that could clash.
#![deny(warnings)]
#![allow(unreachable_pub, reason = "that is one of the places")]

use ennead::prelude::*;

mod inner {
    use ennead::prelude::*;

    #[model(tenant_root)]
    pub(super) struct Org {
        #[key]
        pub(super) id: String,
    }

    pub mod deeper {
        #[ennead::model(tenant(via = parent))]
        #[derive(Debug)]
        pub(crate) struct Leaf {
            #[key]
            id: ::std::string::String,
            #[references(super::super::Branch, on_delete = cascade)]
            parent: ::std::string::String,
        }
    }
}

#[model(key = "global")]
#[derive(Debug)]
struct Branch {
    #[key]
    id: String,
    #[tenant]
    #[references(inner::Org)]
    org_id: String,
}

#[model(global)]
pub struct Raw {
    #[key(assigned)]
    pub r#type: String,
    pub r#match: Option<i64>,
    pub def: String,
    pub new: String,
    pub values: String,
    pub row: String,
    pub at: i32,
    #[default(r#enum::Kind::A)]
    pub some: r#enum::Kind,
}

pub mod r#enum {
    #[derive(ennead::DbEnum, Clone, Copy, Debug)]
    pub enum Kind {
        A,
        B,
    }
}

macro_rules! declare {
    ($name:ident, $ty:ty, $default:expr) => {
        #[model(global)]
        pub struct $name {
            #[key]
            pub id: String,
            #[default($default)]
            pub value: $ty,
            pub maybe: Option<$ty>,
        }
    };
}
declare!(Declared, i64, 5);

macro_rules! by_ident {
    ($name:ident, $field:ident, $ty:ident) => {
        #[model(global)]
        pub struct $name {
            #[key(assigned)]
            pub $field: $ty,
            pub other: Option<$ty>,
        }
    };
}
by_ident!(ByIdent, code, String);

macro_rules! by_literal {
    ($name:ident, $table:literal, $precision:expr) => {
        #[model(global, table = $table)]
        pub struct $name {
            #[key]
            pub id: String,
            #[column(name = $table, precision = $precision, scale = 2)]
            pub amount: rust_decimal::Decimal,
        }
    };
}
by_literal!(ByLiteral, "literal_rows", 12);

#[test]
fn accepted() {
    #[model(global)]
    #[derive(Debug)]
    struct Local {
        #[key]
        id: String,
        state: State,
    }
    #[derive(DbEnum, Clone, Copy, Debug)]
    enum State {
        On,
        Off,
    }
    assert_eq!(<Raw as ennead::Model>::DEF.fields[0].column, "type");
    assert_eq!(Raw::TYPE.index(), 0);
    assert_eq!(<ByLiteral as ennead::Model>::DEF.table, "literal_rows");
    assert_eq!(Raw::MATCH.index(), 1);
    let _ = Local::create(NewLocal { state: State::On }).set(Local::STATE, State::Off);
    let _ = Declared::create(NewDeclared {}).set(Declared::MAYBE, 1i64);
    assert!(<Declared as ennead::Model>::DEF.fields[1].default.unwrap().literal.is_some());
    let _ = (r#enum::Kind::B, inner::Org::ID);
}
