use serde_json::json;

use super::*;

type Files = Vec<(String, String)>;

/// A migration's files, made after another.
struct Made {
    folder: String,
    files: Files,
    checksum: String,
}

fn made(folder: &str, parent: Option<&Made>) -> Made {
    let mut stored = json!({
        "format": FORMAT,
        "files": { "sqlite.up.sql": checksum::of_text("SELECT 1;") },
        "sqlite": { "dialect": "sqlite", "tables": [] },
    });
    if let Some(parent) = parent {
        stored["parent"] = json!({ "migration": parent.folder, "checksum": parent.checksum });
    }
    let files = [
        ("snapshot.json", stored.to_string()),
        ("sqlite.up.sql", "SELECT 1;\r\n".to_owned()),
        ("sqlite.down.sql", "SELECT 2;\n".to_owned()),
    ];
    let files = files.map(|(name, text)| (format!("{folder}/{name}"), text)).to_vec();
    Made { folder: folder.to_owned(), files, checksum: checksum::of_json(&stored) }
}

fn read(all: &[&Made]) -> Result<Migrations, String> {
    let files: Vec<(&str, &str)> =
        all.iter().flat_map(|made| &made.files).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Migrations::embedded(&files).map_err(|error| error.to_string())
}

#[test]
fn a_chain_is_read_in_order() {
    let one = made("0001_initial", None);
    let two = made("0002_add_city", Some(&one));
    let migrations = read(&[&two, &one]).unwrap();
    let names: Vec<String> = migrations.all().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["0001_initial", "0002_add_city"]);
    assert_eq!(migrations.head().unwrap().version(), Version(2));
    for said in ["2", "0002", "add_city", "0002_add_city"] {
        assert_eq!(migrations.find(said).unwrap().version(), Version(2));
    }
    assert!(migrations.find("3").unwrap_err().to_string().contains("the last one is 0002_add_city"));
    let head = migrations.head().unwrap();
    assert_eq!(head.dialects(), [Dialect::Sqlite]);
    assert!(head.is_as_generated(Dialect::Sqlite, Direction::Up), "line ends are no edit");
    assert!(!head.is_as_generated(Dialect::Sqlite, Direction::Down));
    assert!(!head.is_as_generated(Dialect::Postgres, Direction::Up));
}

#[test]
fn two_heads_are_found_whatever_their_numbers() {
    let one = made("0001_initial", None);
    let two = made("0002_add_city", Some(&one));
    for other in ["0002_add_street", "0003_add_street"] {
        let other = made(other, Some(&one));
        let told = read(&[&one, &two, &other]).unwrap_err();
        assert!(told.starts_with("two heads: 0002_add_city and"), "{told}");
        assert!(told.contains("made after 0001_initial") && told.contains("migrate new"), "{told}");
    }
    let other = made("0001_other", None);
    assert!(read(&[&one, &other]).unwrap_err().starts_with("two heads: 0001_initial and 0001_other"));
}

#[test]
fn a_broken_chain_is_told() {
    let one = made("0001_initial", None);
    let two = made("0002_add_city", Some(&one));
    let three = made("0003_add_street", Some(&two));
    let told = read(&[&one, &three]).unwrap_err();
    assert!(told.contains("made after 0002_add_city, and stands after 0001_initial"), "{told}");
    assert!(read(&[&two]).unwrap_err().contains("0001_initial, which is missing"));
    let mut edited = made("0001_initial", None);
    edited.files[0].1 = edited.files[0].1.replace("[]", r#"[{"name":"a","columns":[]}]"#);
    let told = read(&[&edited, &two]).unwrap_err();
    assert!(
        told.contains("0001_initial/snapshot.json is another than when 0002_add_city was made"),
        "{told}"
    );
    edited.files[0].1 = one.files[0].1.replace(',', ", ");
    read(&[&edited, &two]).unwrap();
}

#[test]
fn each_wrong_file_is_told_with_its_place() {
    let one = made("0001_initial", None);
    let files = |change: fn(&mut Files)| {
        let mut made = made("0001_initial", None);
        change(&mut made.files);
        read(&[&made]).unwrap_err()
    };
    let told = files(|files| files.truncate(2));
    assert!(told.starts_with("0001_initial/sqlite.down.sql is missing: restore it"), "{told}");
    let told = files(|files| files[1].1 = "SELECT 1;\nSELECT 'a".to_owned());
    assert_eq!(told, "0001_initial/sqlite.up.sql:2: a string is never closed");
    let told = files(|files| {
        files.remove(0);
    });
    assert!(told.starts_with("0001_initial/snapshot.json is missing"), "{told}");
    let told = files(|files| files[0].1 = "{".to_owned());
    assert!(told.starts_with("0001_initial/snapshot.json: EOF"), "{told}");
    let told = files(|files| files[0].1 = files[0].1.replace("\"format\":1", "\"format\":9"));
    assert!(told.contains("its form is 9"), "{told}");
    for folder in ["1_initial", "0001-initial", "0000_none", "0001_", "00012_five", "initial"] {
        let told = read(&[&made(folder, None)]).unwrap_err();
        assert!(told.contains("it is no migration"), "{folder}: {told}");
    }
    read(&[&one]).unwrap();
}
