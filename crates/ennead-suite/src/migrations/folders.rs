//! New migrations from models, without a database.

use ennead::Dialect;
use ennead::migrate::{Candidate, Direction, DraftOptions, Migrations, RowSecurityOption, StageKind};
use ennead::prelude::*;

use super::models::{Folder, after, ages, before};
use crate::Bed;

async fn a_changed_model_becomes_a_migration(bed: Bed) {
    let folder = Folder::new(&bed);
    let first = folder.add(&before::schema(), "Initial tables!", &DraftOptions::default());
    assert_eq!(first.migration().folder(), "0001_initial_tables");
    assert!(!first.is_empty() && first.hazards().is_empty() && first.unfilled().is_empty());
    assert!(folder.read().draft(&before::schema(), "again", &DraftOptions::default()).unwrap().is_empty());
    let second = folder.add(&after::schema(), "ages", &ages());
    assert!(second.candidates().is_empty() && second.unfilled().is_empty());
    let migrations = folder.read();
    let head = migrations.head().unwrap();
    assert_eq!(head.parent().unwrap().migration, "0001_initial_tables");
    assert_eq!(head.snapshot(bed.dialect()), Some(&after::schema().snapshot(bed.dialect()).unwrap()));
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        for direction in [Direction::Up, Direction::Down] {
            assert!(head.is_as_generated(dialect, direction));
            assert!(!head.script(dialect, direction).unwrap().statements().is_empty());
        }
    }
    let up = head.script(Dialect::Postgres, Direction::Up).unwrap();
    assert!(up.text().contains("RENAME COLUMN \"mail\" TO \"email\""), "{}", up.text());
    let kinds: Vec<StageKind> = up.stages().iter().map(|stage| stage.kind).collect();
    assert!(kinds.contains(&StageKind::NoTransaction), "{kinds:?}");
    let down = head.script(Dialect::Postgres, Direction::Down).unwrap();
    assert!(down.text().contains("RENAME COLUMN \"email\" TO \"mail\""), "{}", down.text());
    let offline = DraftOptions { offline: true, ..DraftOptions::default() };
    let draft = Migrations::default().draft(&after::schema(), "initial", &offline).unwrap();
    assert_eq!(draft.migration().script(Dialect::Postgres, Direction::Up).unwrap().stages().len(), 1);
}

/// What a migration cannot know is told, and stands in its files.
async fn what_is_not_known_is_told(bed: Bed) {
    let folder = Folder::new(&bed);
    folder.add(&before::schema(), "initial", &DraftOptions::default());
    let draft = folder.read().draft(&after::schema(), "ages", &DraftOptions::default()).unwrap();
    let unfilled: Vec<String> =
        draft.unfilled().iter().map(|(table, column)| format!("{table}.{column}")).collect();
    assert_eq!(unfilled, ["people.age"]);
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let text = draft.migration().script(dialect, Direction::Up).unwrap().text();
        assert!(text.contains("--fill people.age=VALUE"), "{text}");
    }
    let wrong = DraftOptions { fills: vec![ages().fills[0].clone()], ..DraftOptions::default() };
    let error = folder.read().draft(&before::schema(), "x", &wrong).unwrap_err();
    assert!(error.to_string().contains("people.age"), "{error}");
    let error = folder.read().draft(&after::schema(), "!?", &DraftOptions::default()).unwrap_err();
    assert!(error.to_string().contains("needs a name"), "{error}");
}

#[model(global, table = "things")]
pub struct Thing {
    #[key(assigned)]
    pub id: i64,
    pub one: String,
}

mod renamed {
    use ennead::prelude::*;

    #[model(global, table = "objects")]
    pub struct Object {
        #[key(assigned)]
        pub id: i64,
        pub one: String,
    }
}

async fn what_may_have_been_renamed_is_told_once(bed: Bed) {
    let folder = Folder::new(&bed);
    folder.add(&ennead::schema![Thing], "initial", &DraftOptions::default());
    let schema = ennead::schema![renamed::Object];
    let draft = folder.read().draft(&schema, "names", &DraftOptions::default()).unwrap();
    let [Candidate::Table { from, to }] = draft.candidates() else { panic!("{:?}", draft.candidates()) };
    assert_eq!((from.name.as_str(), to.name.as_str()), ("things", "objects"));
    assert!(!draft.hazards().is_empty());
    let mut options = DraftOptions::default();
    options.hints.tables.push((from.clone(), to.clone()));
    let draft = folder.read().draft(&schema, "names", &options).unwrap();
    assert!(draft.candidates().is_empty());
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let text = draft.migration().script(dialect, Direction::Up).unwrap().text();
        assert!(!text.contains("DROP TABLE \"things\""), "{text}");
    }
}

/// A whole migration is there, or none: and the module puts all of them into a program.
async fn what_is_written_is_whole(bed: Bed) {
    let folder = Folder::both(&bed);
    let draft = Migrations::default().draft(&before::schema(), "initial", &DraftOptions::default()).unwrap();
    let error = draft.write(&folder.0).unwrap_err();
    assert!(error.to_string().contains("is there already"), "{error}");
    let module = std::fs::read_to_string(folder.0.join("mod.rs")).unwrap();
    let paths: Vec<String> = module
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next().map(str::to_owned))
        .collect();
    assert_eq!(paths.len(), 10);
    let texts: Vec<String> =
        paths.iter().map(|path| std::fs::read_to_string(folder.0.join(path)).unwrap()).collect();
    let files: Vec<(&str, &str)> =
        paths.iter().zip(&texts).map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(Migrations::embedded(&files).unwrap(), folder.read());
}

#[model(tenant_root, table = "firms")]
pub struct Firm {
    #[key]
    pub id: String,
}

#[model(table = "offers")]
pub struct Offer {
    #[key]
    pub id: String,
    #[tenant]
    #[references(Firm)]
    pub firm_id: String,
}

/// Only what is new or changed gets its policies, and the way down takes them away.
async fn row_level_security_goes_with_the_tables(bed: Bed) {
    let folder = Folder::new(&bed);
    let on = RowSecurityOption::On { application_role: "app".to_owned() };
    let options = DraftOptions { row_security: on, ..DraftOptions::default() };
    folder.add(&ennead::schema![Firm], "initial", &options);
    let both = ennead::schema![Firm, Offer];
    let draft = folder.add(&both, "offers", &DraftOptions::default());
    let up = draft.migration().script(Dialect::Postgres, Direction::Up).unwrap().text();
    assert!(up.contains("ALTER TABLE \"offers\" FORCE ROW LEVEL SECURITY"), "{up}");
    assert!(!up.contains("POLICY IF EXISTS \"ennead_read\" ON \"firms\""), "{up}");
    let none = DraftOptions { row_security: RowSecurityOption::Off, ..DraftOptions::default() };
    let draft = folder.read().draft(&both, "no walls", &none).unwrap();
    let up = draft.migration().script(Dialect::Postgres, Direction::Up).unwrap().text();
    assert!(up.contains("ALTER TABLE \"firms\" DISABLE ROW LEVEL SECURITY"), "{up}");
    let down = draft.migration().script(Dialect::Postgres, Direction::Down).unwrap().text();
    assert!(down.contains("CREATE POLICY \"ennead_read\" ON \"firms\""), "{down}");
    assert!(draft.migration().script(Dialect::Sqlite, Direction::Up).unwrap().statements().is_empty());
}

crate::cases![
    a_changed_model_becomes_a_migration,
    what_is_not_known_is_told,
    what_may_have_been_renamed_is_told_once,
    what_is_written_is_whole,
    row_level_security_goes_with_the_tables,
];
