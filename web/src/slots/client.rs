//! What the search asks of the server.

use shared::families::{Child, Family};
use shared::municipalities::Municipality;
use shared::page::Page;
use shared::slots::FreePlace;

use super::model::Outline;
use super::wanted::Ask;
use crate::api::{Failure, get};

/// How many pages of answers one search reads at most; what is beyond is said to be left out.
const MOST_PAGES: usize = 6;

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The places, by start.
    pub places: Vec<FreePlace>,
    /// There are more than were read.
    pub is_cut: bool,
}

/// Searches.
pub async fn search(ask: &Ask) -> Result<Found, Failure> {
    let mut places = Vec::new();
    let mut cursor = None;
    for _ in 0..MOST_PAGES {
        let page: Page<FreePlace> = get(&ask.path(200, cursor.as_deref())).await?;
        places.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(Found { places, is_cut: cursor.is_some() })
}

/// The first place that can be booked, of a search.
pub async fn first(ask: &Ask) -> Result<Option<FreePlace>, Failure> {
    let page: Page<FreePlace> = get(&ask.path(1, None)).await?;
    Ok(page.items.into_iter().next())
}

/// The municipalities that take part.
pub async fn municipalities() -> Result<Vec<Municipality>, Failure> {
    Ok(get::<Page<Municipality>>("/municipalities").await?.items)
}

/// The programmes of all municipalities as they hold today.
pub async fn programmes() -> Result<Vec<Outline>, Failure> {
    Ok(get::<Page<Outline>>("/programmes").await?.items)
}

/// The family of the person who is signed in.
pub async fn family() -> Result<Family, Failure> {
    get("/family").await
}

/// Its children.
pub async fn children() -> Result<Vec<Child>, Failure> {
    Ok(get::<Page<Child>>("/children").await?.items)
}
