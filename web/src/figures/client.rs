//! Requests of figures.

use futures_util::future::{join, join_all};
use shared::figures::{Figures, View};
use shared::municipalities::Municipality;
use shared::page::Page;
use shared::time::Month;

use crate::api::{self, Failure, query};

/// Which figures are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// First and last month.
    pub months: (Month, Month),
    /// By what they are split.
    pub by: View,
}

/// The figures of a city.
async fn figures(city: Option<String>, wanted: Wanted) -> Result<Figures, Failure> {
    let values = [
        ("municipality", city),
        ("from", Some(wanted.months.0.to_string())),
        ("to", Some(wanted.months.1.to_string())),
        ("by", Some(wanted.by.word().to_owned())),
    ];
    api::get(&query("/figures", &values)).await
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Known {
    /// One's own city first, then the others.
    pub cities: Vec<Figures>,
    /// One's own city in the months to compare with.
    pub before: Option<Figures>,
}

/// The figures of every city, one's own first, and those of one's own to compare with.
pub async fn known(own: String, wanted: Wanted, before: Option<Wanted>) -> Result<Known, Failure> {
    let cities = api::get::<Page<Municipality>>("/municipalities").await?.items;
    let others = cities.into_iter().map(|city| city.code.to_string()).filter(|code| *code != own);
    let codes: Vec<String> = std::iter::once(own.clone()).chain(others).collect();
    let all = join_all(codes.into_iter().map(|code| figures(Some(code), wanted)));
    let compared = async {
        match before {
            Some(before) => figures(Some(own), before).await.map(Some),
            None => Ok(None),
        }
    };
    let (all, before) = join(all, compared).await;
    Ok(Known { cities: all.into_iter().collect::<Result<_, _>>()?, before: before? })
}
