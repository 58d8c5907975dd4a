//! The life of two organizations on one database, from their sign-up to the end of the month. `cargo run -p enterprise-saas` prints it.
//!
//! Each chapter is a file, and each step a line of what is told. What the platform refuses is refused here too: a step that should
//! have been refused and was not ends the story with [`Failure::Broken`].

mod agents;
mod audit;
mod clock;
mod credentials;
mod environments;
mod executions;
mod failure;
mod firm;
mod people;
mod policies;
mod races;
mod receiver;
mod sign_up;
mod single_sign_on;
mod story;
mod strangers;
mod summary;
mod told;

use ennead::prelude::*;

pub use clock::StoryClock;
pub use failure::Failure;
pub use firm::{ACME, Facts, Firm, GLOBEX};
pub use receiver::Receiver;
pub use sign_up::sign_up;
pub use story::Story;

/// What all chapters have at hand.
#[derive(Debug)]
pub struct Stage {
    /// The database, opened with [`watched`](crate::watched) and this stage's clock.
    pub db: Db,
    /// The time of the story.
    pub clock: StoryClock,
    /// The platform's models.
    pub schema: Schema,
    /// What is told.
    pub story: Story,
}

/// Opens a database for the story and brings it up to date.
///
/// # Errors
/// It cannot be opened or migrated.
pub async fn open(url: &str, keys: impl ennead::KeyProvider, clock: &StoryClock) -> Result<Db, Error> {
    let builder = Db::builder().schema(&crate::schema()).keys(keys).clock(clock.clone());
    let db = crate::watched(builder).connect(url).await?;
    crate::migrations::all()?.up(&db).await?;
    Ok(db)
}

/// Lives the life of both organizations.
///
/// # Errors
/// [`Failure::Inhabited`] where they are in this database already; whatever went otherwise than it should.
pub async fn live(db: Db, clock: StoryClock, story: Story) -> Result<Story, Failure> {
    let mut stage = Stage { db, clock, schema: crate::schema(), story };
    let acme = Box::pin(sign_up::chapter(&mut stage, &ACME, &GLOBEX)).await?;
    let (mut firms, stage) = (acme, &mut stage);
    Box::pin(people::chapter(stage, &firms)).await?;
    Box::pin(single_sign_on::chapter(stage, &firms)).await?;
    Box::pin(environments::chapter(stage, &firms)).await?;
    Box::pin(credentials::chapter(stage, &firms)).await?;
    Box::pin(policies::chapter(stage, &firms)).await?;
    Box::pin(agents::chapter(stage, &firms)).await?;
    Box::pin(executions::chapter(stage, &firms)).await?;
    Box::pin(told::chapter(stage, &mut firms)).await?;
    Box::pin(races::chapter(stage, &firms)).await?;
    Box::pin(audit::chapter(stage, &firms)).await?;
    Box::pin(strangers::chapter(stage, &firms)).await?;
    Box::pin(summary::chapter(stage, &firms)).await?;
    Ok(std::mem::take(&mut stage.story))
}
