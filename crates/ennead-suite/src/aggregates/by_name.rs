//! What the Count node gives and refuses.

use ennead::prelude::*;
use serde_json::{Value as Json, json};

use super::models::*;
use crate::Bed;

async fn counted(scope: &impl ennead::NodeScope, params: Json) -> Result<Json, Error> {
    schema().node("CountSaleNode").unwrap().run(scope, params).await
}

async fn a_count_is_what_it_was(bed: Bed) {
    let (_, one) = opened(&bed).await;
    assert_eq!(counted(&one, Json::Null).await.unwrap(), json!({ "count": 5 }));
    let params = json!({ "filter": { "region": "north" }, "sum": null, "group_by": null, "limit": null });
    assert_eq!(counted(&one, params).await.unwrap(), json!({ "count": 2 }));
}

async fn figures_stand_under_their_functions(bed: Bed) {
    let (_, one) = opened(&bed).await;
    let params = json!({
        "sum": ["units", "amount", "weight"],
        "avg": ["units", "amount"],
        "min": ["region", "level", "placed_at", "paid"],
        "max": ["amount"],
    });
    let wanted = json!({
        "count": 5,
        "sum": { "units": 12, "amount": "10.5001", "weight": null },
        "avg": { "units": 3.0, "amount": "5.25005" },
        "min": { "region": "north", "level": "high", "placed_at": "1970-01-01T00:00:07.000000Z", "paid": false },
        "max": { "amount": "10.5" },
    });
    assert_eq!(counted(&one, params).await.unwrap(), wanted);
    let nothing = json!({ "filter": { "region": "west" }, "sum": ["amount"], "max": ["units"] });
    let wanted = json!({ "count": 0, "sum": { "amount": null }, "max": { "units": null } });
    assert_eq!(counted(&one, nothing).await.unwrap(), wanted);
}

async fn groups_hold_their_key_and_their_figures(bed: Bed) {
    let (_, one) = opened(&bed).await;
    let params = json!({ "group_by": ["region", "paid"], "sum": ["units"], "order_by": "-sum.units" });
    let group = |region: Json, count: u64, units: Json| json!({ "group": { "region": region, "paid": false }, "count": count, "sum": { "units": units } });
    let groups = [
        group(json!("north"), 2, json!(7)),
        group(Json::Null, 2, json!(5)),
        group(json!("south"), 1, Json::Null),
    ];
    let told = counted(&one, params).await.unwrap();
    assert_eq!(told, json!({ "groups": groups, "more": false }));
    let told =
        counted(&one, json!({ "group_by": ["region"], "filter": { "region": "west" } })).await.unwrap();
    assert_eq!(told, json!({ "groups": [], "more": false }));
    let told = counted(&one, json!({ "group_by": ["shop_id"] })).await.unwrap();
    assert_eq!(told["groups"], json!([{ "group": { "shop_id": "one" }, "count": 5 }]));
    let order = json!(["-count", "-region"]);
    let told = counted(&one, json!({ "group_by": ["region"], "order_by": order })).await.unwrap();
    assert_eq!(told["groups"][0]["group"], json!({ "region": "north" }));
}

async fn groups_that_are_left_out_are_told(bed: Bed) {
    let db = open(&bed).await;
    let one = db.tenant("one").unwrap();
    let rows = (0..101).map(|at| sale(&format!("{at:03}")).set(Sale::REGION, format!("{at:03}")));
    Sale::bulk_create(rows).run(&one).await.unwrap();
    let groups = async |params: Json| {
        let told = counted(&one, params).await.unwrap();
        (told["groups"].as_array().unwrap().len(), told["more"].as_bool().unwrap())
    };
    assert_eq!(groups(json!({ "group_by": ["region"] })).await, (100, true), "as many as a list gives");
    assert_eq!(groups(json!({ "group_by": ["region"], "limit": 101 })).await, (101, false));
    assert_eq!(groups(json!({ "group_by": ["region"], "limit": i64::MAX })).await, (101, false));
    assert_eq!(groups(json!({ "group_by": ["region"], "limit": 0 })).await, (0, true));
    assert_eq!(groups(json!({ "group_by": ["level"], "limit": 1 })).await, (1, false));
}

async fn what_cannot_be_asked_names_the_field(bed: Bed) {
    let (_, one) = opened(&bed).await;
    for (params, field, text) in [
        (json!({ "sum": ["unit"] }), None, "sum[0]: unknown field; did you mean \"units\"?"),
        (json!({ "sum": ["region"] }), Some("region"), "Sale.region is of type String, and only numbers"),
        (json!({ "avg": ["placed_at"] }), Some("placed_at"), "only numbers have a sum and an average"),
        (json!({ "max": ["data"] }), Some("data"), "of type JSON, which has no order"),
        (json!({ "group_by": ["data"] }), Some("data"), "cannot be grouped by floats, JSON and arrays"),
        (json!({ "group_by": ["weight"] }), Some("weight"), "cannot be grouped by floats, JSON and arrays"),
        (json!({ "sum": ["units", "units"] }), Some("units"), "sum[1]: stands twice"),
        (json!({ "group_by": ["region", "region"] }), Some("region"), "group_by[1]: stands twice"),
        (json!({ "group_by": [] }), None, "group_by: name at least one field"),
        (json!({ "sum": "units" }), None, "sum: expected an array of field names"),
        (json!({ "sum": ["secret"] }), None, "sum[0]: unknown field"),
        (json!({ "group_by": ["secret"] }), None, "group_by[0]: unknown field"),
        (json!({ "group_by": ["region"], "order_by": "-max.secret" }), None, "order_by: unknown field"),
        (
            json!({ "group_by": ["region"], "order_by": "level" }),
            Some("level"),
            "not among the columns of `group_by`",
        ),
        (
            json!({ "group_by": ["region"], "order_by": ["-avg.units"] }),
            Some("units"),
            "no order by an average",
        ),
        (json!({ "group_by": ["region"], "order_by": "median.units" }), None, "order_by: unknown field"),
        (
            json!({ "group_by": ["region"], "order_by": { "count": "desc" } }),
            None,
            "order_by: expected \"field\"",
        ),
        (json!({ "order_by": "-count" }), None, "order_by: is about groups"),
        (json!({ "limit": 3 }), None, "limit: is about groups"),
        (json!({ "group_by": ["region"], "limit": -1 }), None, "limit: expected a whole number"),
        (json!({ "summ": ["units"] }), None, "unknown parameter; did you mean \"sum\"?"),
        (json!({ "filter": { "shop_id": "two" }, "sum": ["units"] }), None, "another tenant"),
    ] {
        let error = counted(&one, params.clone()).await.unwrap_err();
        assert!(error.is_invalid_input(), "{params}: {error:?}");
        assert!(error.to_string().contains(text), "{params}: {error}");
        assert_eq!(error.model(), Some("Sale"), "{params}: {error}");
        if let Some(field) = field {
            assert_eq!(error.fields(), [field], "{params}: {error}");
        }
    }
}

async fn a_workflow_goes_on_with_what_rows_amount_to(bed: Bed) {
    let (_, one) = opened(&bed).await;
    let schema = schema();
    let mut flow = WorkflowBuilder::new();
    flow.add_node("CountSaleNode", "sold", json!({ "sum": ["units"], "filter": { "region": "north" } }));
    flow.add_node("UpdateSaleNode", "note", json!({ "id": "d" })).add_connection(
        "sold",
        "sum.units",
        "note",
        "data.units",
    );
    Runtime::new(&schema).execute(&flow.build(&schema).unwrap(), &one).await.unwrap();
    assert_eq!(Sale::read("d").run(&one).await.unwrap().units, Some(7));
    for (params, output, text) in [
        (json!({}), "sum.units", "gives no \"sum\""),
        (json!({ "group_by": ["region"] }), "count", "gives no \"count\""),
        (json!({ "sum": ["units"] }), "groups", "gives no \"groups\""),
        (json!({ "sum": ["region"] }), "sum.region", "only numbers have a sum"),
    ] {
        let mut flow = WorkflowBuilder::new();
        flow.add_node("CountSaleNode", "sold", params.clone());
        flow.add_node("UpdateSaleNode", "note", json!({ "id": "d" })).add_connection(
            "sold",
            output,
            "note",
            "data.units",
        );
        let error = flow.build(&schema).unwrap_err();
        assert!(error.to_string().contains(text), "{params}: {error}");
    }
}

crate::cases![
    a_count_is_what_it_was,
    figures_stand_under_their_functions,
    groups_hold_their_key_and_their_figures,
    groups_that_are_left_out_are_told,
    what_cannot_be_asked_names_the_field,
    a_workflow_goes_on_with_what_rows_amount_to,
];
