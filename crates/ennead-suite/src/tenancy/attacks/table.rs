//! The table of the attacks: each number has its cases, or the UI cases that show that it does not compile.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Bed;

const ATTACKS: u32 = 64;

/// Numbers whose attack does not compile, or is shown by a case of another name: where to look.
const ELSEWHERE: &[(u32, &[&str])] = &[
    (7, &["ui/tenancy_use_set_tenant_on_update", "ui/tenancy_use_set_tenant_in_bulk"]),
    (8, &["ui/tenancy_use_set_key_on_update"]),
    (12, &["ui/tenancy_use_set_tenant_on_create"]),
    (18, &["statements::the_rules_refuse_what_carries_no_tenant", "matrix::key_global"]),
    (19, &["ui/key_auto_tells_volume"]),
    (23, &["ui/tenancy_use_bulk_limit"]),
    (24, &["ui/tenancy_use_set_tenant_in_bulk"]),
    (37, &["matrix::tenant_root"]),
    (38, &["ui/tenancy_use_root_created_by_tenant", "matrix::tenant_root"]),
    (39, &["ui/tenancy_use_global_written_by_tenant", "by_name::attack_12_by_name_create_with_other_tenant"]),
    (40, &["ui/tenancy_global_references_tenant", "ui/tenancy_cross_tenant_needs_global_key"]),
    (52, &["ui/tenancy_use_db_alone"]),
    (55, &["ui/tenancy_use_transaction_of_another"]),
    (62, &["ui/tenancy_use_raw_sql_on_tenant"]),
];

/// The numbers in `attack_48_and_51_names`.
fn numbers(name: &str) -> Vec<u32> {
    let Some((_, rest)) = name.split_once("attack_") else { return Vec::new() };
    rest.split("_and_").map_while(|part| part.split('_').next()?.parse().ok()).collect()
}

async fn every_attack_has_its_case(bed: Bed) {
    let cases: Vec<&str> =
        crate::tenancy::all().map(|case| case.name.trim_start_matches("ennead_suite::tenancy::")).collect();
    let mut table: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for case in &cases {
        for number in numbers(case) {
            table.entry(number).or_default().push((*case).to_owned());
        }
    }
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/compile");
    for (number, places) in ELSEWHERE {
        for place in *places {
            if place.starts_with("ui/") {
                for ending in ["rs", "stderr"] {
                    assert!(ui.join(place).with_extension(ending).is_file(), "{number}: {place}.{ending}");
                }
            } else {
                assert!(cases.iter().any(|case| case.ends_with(place)), "{number}: {place}");
            }
            table.entry(*number).or_default().push((*place).to_owned());
        }
    }
    for number in 1..=ATTACKS {
        let shown = table.get(&number).unwrap_or_else(|| panic!("attack {number} has no case"));
        println!("attack {number:>2} {}: {}", bed.kind(), shown.join(", "));
    }
    assert!(table.keys().all(|number| (1..=ATTACKS).contains(number)), "{table:?}");
}

crate::cases![every_attack_has_its_case];
