//! `--serve`: started on a free port, and talked to over a plain socket.
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is how a test fails, in its functions too")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use ennead::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The running server; it ends with this value, however the test ends.
struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
    keys: Vec<(String, String)>,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_kaizen-studio"));
        program.args(["--serve", "--listen", "127.0.0.1:0"]).current_dir(folder).env_remove("DATABASE_URL");
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = || {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            line.trim().to_owned()
        };
        let address = line().strip_prefix("listening on http://").unwrap().to_owned();
        let keys = (0..3).map(|_| {
            let line = line();
            let (who, key) = line.split_once(" Authorization: Bearer ").unwrap();
            (who.trim().strip_prefix("org-456 ").unwrap().to_owned(), key.to_owned())
        });
        let keys = keys.collect();
        assert!(line().contains("POST /nodes/NAME"));
        Self { child, out, address, keys }
    }

    fn key(&self, role: &str) -> String {
        self.keys.iter().find(|(who, _)| who == role).unwrap().1.clone()
    }

    /// Sends a request as these lines, and gives the status, the head and the body.
    fn raw(&self, head: &str, body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{head}\r\nhost: {}\r\nconnection: close\r\n\r\n{body}", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), body.to_owned())
    }

    fn post(&self, role: Option<&str>, path: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let key =
            role.map(|role| format!("\r\nauthorization: Bearer {}", self.key(role))).unwrap_or_default();
        let head = format!(
            "POST {path} HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {}{key}",
            body.len()
        );
        let (status, _, answer) = self.raw(&head, &body);
        (status, serde_json::from_str(&answer).unwrap())
    }

    /// Sends a signal, and gives the exit code and what was said on standard error.
    #[cfg(unix)]
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let code = self.child.wait().unwrap().code();
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        (code, errors)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn started() -> (TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    (folder, server)
}

#[test]
fn nodes_are_served_to_who_has_a_key() {
    let (_folder, server) = started();
    let new = json!({ "data": {
        "id": "user-123", "email": "user@example.com", "name": "John Doe", "password_hash": "canary-hash",
        "role": "developer",
    } });
    let (status, user) = server.post(Some("org_admin"), "/nodes/CreateUserNode", &new);
    assert_eq!((status, &user["organization_id"]), (200, &json!("org-456")));
    assert!(!user.to_string().contains("canary"));
    let read = json!({ "id": "user-123" });
    for role in ["org_admin", "developer", "viewer"] {
        assert_eq!(server.post(Some(role), "/nodes/ReadUserNode", &read), (200, user.clone()), "{role}");
    }
    let workflow = json!({
        "nodes": [
            { "id": "workspace", "node": "CreateWorkspaceNode", "params": {
                "name": "QA", "environment_type": "staging", "description": "Where it is tried",
            } },
            { "id": "agent", "node": "CreateAgentNode", "params": { "data": {
                "id": "agent-1", "created_by": "user-123", "name": "Scout", "description": "", "agent_type": "react",
                "config_yaml": "",
            } } },
        ],
        "connections": [
            { "from": "workspace", "output": "id", "to": "agent", "parameter": "data.workspace_id" },
        ],
        "transactional": true,
    });
    let (status, done) = server.post(Some("developer"), "/workflows", &workflow);
    assert_eq!((status, &done["results"]["agent"]["name"]), (200, &json!("Scout")), "{done}");
    assert_eq!(done["run"].as_str().unwrap().len(), 36);
    let (status, again) = server.post(Some("developer"), "/workflows", &workflow);
    assert_eq!((status, &again["node"], again["run"].is_string()), (409, &json!("agent"), true), "{again}");

    // Anybody may read what is served.
    let (status, _, nodes) = server.raw("GET /nodes HTTP/1.1", "");
    let nodes: Value = serde_json::from_str(&nodes).unwrap();
    assert_eq!((status, nodes.as_array().unwrap().len()), (200, 27));
    let (status, _, document) = server.raw("GET /openapi.json HTTP/1.1", "");
    assert_eq!((status, document.contains("/nodes/BulkDeleteUserNode")), (200, false));
}

#[test]
fn what_a_key_does_not_prove_is_refused() {
    let (_folder, server) = started();
    let list = json!({});
    let delete = json!({ "id": "user-1" });
    for (role, path, body, wanted) in [
        (None, "/nodes/ListUserNode", &list, 401),
        (Some("viewer"), "/nodes/DeleteUserNode", &delete, 403),
        (Some("developer"), "/nodes/DeleteUserNode", &delete, 403),
        (Some("developer"), "/nodes/UpdateOrganizationNode", &json!({ "id": "org-456", "data": {} }), 403),
        // Not served to anybody, whoever asks.
        (Some("org_admin"), "/nodes/BulkDeleteUserNode", &json!({ "all_rows": true }), 404),
        (Some("org_admin"), "/nodes/DeleteOrganizationNode", &json!({ "id": "org-456" }), 404),
        (Some("viewer"), "/workflows", &json!({ "nodes": [{ "id": "x", "node": "DeleteUserNode" }] }), 403),
        // Another tenant's rows, by name.
        (
            Some("org_admin"),
            "/nodes/ListUserNode",
            &json!({ "filter": { "organization_id": "org-789" } }),
            400,
        ),
    ] {
        let (status, problem) = server.post(role, path, body);
        assert_eq!((status, &problem["status"]), (wanted, &json!(wanted)), "{role:?} {path}: {problem}");
    }
    let (status, head, _) = server.raw(
        "POST /nodes/ListUserNode HTTP/1.1\r\nauthorization: Bearer guessed\r\ncontent-type: application/json\r\ncontent-length: 2",
        "{}",
    );
    assert_eq!((status, head.contains("application/problem+json")), (401, true));
    assert!(head.contains("\r\nwww-authenticate: bearer\r\n"), "{head}");
}

#[derive(DbEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Status {
    Active,
    Suspended,
    Deleted,
}

/// The platform's own view of an organization, beside the server.
#[model(tenant_root, table = "organizations")]
struct Organization {
    #[key(assigned)]
    id: String,
    status: Status,
}

#[test]
fn a_suspended_organization_is_forbidden_everything() {
    let (folder, server) = started();
    let suspend = json!({ "id": "org-456", "data": { "status": "suspended" } });
    assert_eq!(
        server.post(Some("org_admin"), "/nodes/UpdateOrganizationNode", &suspend).0,
        403,
        "not its own to say"
    );
    let set = |status: Status| {
        let url = format!("sqlite://{}", folder.path().join("kaizen-studio.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let platform = Db::connect(&url).await.unwrap().across_tenants("who does not pay");
            let update = Organization::update("org-456").set(Organization::STATUS, status);
            assert_eq!(update.run(&platform).await.unwrap().id, "org-456");
        });
    };
    let list = || server.post(Some("org_admin"), "/nodes/ListUserNode", &json!({})).0;
    assert_eq!(list(), 200);
    set(Status::Suspended);
    for role in ["org_admin", "developer", "viewer"] {
        for path in ["/nodes/ListUserNode", "/nodes/CreateWorkspaceNode", "/workflows"] {
            let (status, problem) = server.post(Some(role), path, &json!({}));
            assert_eq!((status, problem["type"].is_string()), (403, true), "{role} {path}: {problem}");
            assert!(problem["detail"].as_str().unwrap().contains("is suspended"), "{problem}");
        }
    }
    assert_eq!(
        server.post(None, "/nodes/ListUserNode", &json!({})).0,
        401,
        "who has no key is told nothing of it"
    );
    set(Status::Active);
    assert_eq!(list(), 200);
    set(Status::Deleted);
    assert_eq!(list(), 401);
}

#[cfg(unix)]
#[test]
fn it_stops_when_it_is_told_to() {
    let (folder, server) = started();
    assert_eq!(server.raw("GET /nodes HTTP/1.1", "").0, 200);
    for (signal, server) in [("-INT", server), ("-TERM", Server::start(folder.path()))] {
        let (code, errors) = server.stop(signal);
        assert_eq!(
            (code, errors.as_str()),
            (Some(0), "stopping: requests under way are answered first\n"),
            "{signal}"
        );
    }
}

#[test]
fn a_taken_port_is_told() {
    let (folder, server) = started();
    let mut program = Command::new(env!("CARGO_BIN_EXE_kaizen-studio"));
    let output =
        program.args(["--serve", "--listen", &server.address]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: the server cannot listen: "));
}
