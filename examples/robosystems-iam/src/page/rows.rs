//! What holds for the rows: each graph's are its own, changes are recorded, deletes can be undone.

use ennead::Actor;
use ennead::prelude::*;
use robosystems_iam::{
    GraphAccount, GraphCreditTransaction, GraphCredits, Secret, User, UserApiKey, UserGraph,
};

use super::{Cast, Failure};
use crate::print;

pub(super) async fn isolation(cast: &Cast) -> Result<(), Failure> {
    print::section("One graph and another");
    for (name, scope) in [("ACME Corp", &cast.acme), ("Globex", &cast.globex)] {
        let entries = GraphCreditTransaction::count().run(scope).await?;
        print::line(name, format!("entries of its own: {entries}"));
    }
    let theirs = GraphAccount::id_for(&cast.graph.graph_id);
    print::refused("read the other's", GraphCredits::read(&theirs).run(&cast.globex).await);
    print::refused("confirm the other's", GraphAccount::of(&cast.globex).confirm("op-1").await);
    let by_name = robosystems_iam::schema().node("UpdateGraphCreditTransactionNode").map(|_| ());
    print::refused("change an entry", by_name);
    Ok(())
}

pub(super) async fn audit(db: &Db, cast: &Cast) -> Result<(), Failure> {
    print::section("Audit");
    let acting = db.actor(Actor { email: Some(cast.jane.email.clone()), ..Actor::user(&cast.jane.id) });
    User::update(&cast.john.id)
        .set(User::NAME, "John D. Doe")
        .set(User::PASSWORD_HASH, Secret("$argon2id$v=19$another".into()))
        .run(&acting)
        .await?;
    let history = User::history(&cast.john.id).run(db).await?;
    for (number, revision) in history.iter().enumerate() {
        let who = revision.actor().and_then(|actor| actor.email).unwrap_or_else(|| "nobody named".to_owned());
        let named = revision.before(User::NAME)?.zip(revision.after(User::NAME)?);
        let named = named.map(|(from, to)| format!(": {from} -> {to}")).unwrap_or_default();
        let who = who.split('@').next().unwrap_or_default();
        print::line(
            &format!("{}, {}", history.len() - number, revision.record.operation),
            format!("by {who}{named}"),
        );
    }
    let changed = history.first().is_some_and(|newest| newest.changed(User::PASSWORD_HASH));
    let shown = history
        .first()
        .is_some_and(|newest| newest.after(User::PASSWORD_HASH).is_ok_and(|hash| hash.is_some()));
    print::line("its password", if changed && !shown { "changed, and is not shown" } else { "IS WRONG" });
    Ok(())
}

/// A user who is deleted takes keys and links along, and brings them back.
pub(super) async fn deletion(db: &Db, cast: &Cast) -> Result<(), Failure> {
    print::section("Deletion");
    robosystems_iam::issue_key(db, &cast.jane.id, "laptop").await?;
    let support = db.across_tenants("a user leaves");
    let told = async || -> Result<String, Error> {
        let users = User::count().filter(User::ID.eq(&cast.jane.id)).run(db).await?;
        let keys = UserApiKey::count().filter(UserApiKey::USER_ID.eq(&cast.jane.id)).run(db).await?;
        let links = UserGraph::count().filter(UserGraph::USER_ID.eq(&cast.jane.id)).run(&support).await?;
        Ok(format!("{users} user, {keys} key, {links} link"))
    };
    print::line("before", told().await?);
    User::delete(&cast.jane.id).run(&support).await?;
    print::line("deleted", told().await?);
    User::restore(&cast.jane.id).run(&support).await?;
    print::line("restored", told().await?);
    Ok(())
}
