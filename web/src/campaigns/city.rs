//! What the officer's city has that campaigns are about: its programmes, procedures and classes of households, to choose from.

use leptos::prelude::*;
use shared::locale::Localised;

use super::client::City;
use crate::families::model::classes_of;
use crate::i18n::{Text, locale, text};

/// What can be chosen, for the fields of a form.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Programmes by key.
    pub programmes: Vec<(String, Localised)>,
    /// Procedures by key.
    pub procedures: Vec<(String, Localised)>,
    /// Classes of households.
    pub classes: Vec<(String, Localised)>,
}

impl Choices {
    /// What a city has.
    pub fn of(city: &City) -> Self {
        let mut programmes: Vec<(String, Localised)> = Vec::new();
        for programme in &city.programmes {
            if !programmes.iter().any(|(key, _)| key == programme.key.as_str()) {
                programmes.push((programme.key.as_str().to_owned(), programme.name.clone()));
            }
        }
        Self { programmes, procedures: city.procedures.clone(), classes: classes_of(&city.programmes) }
    }

    /// What the page around offers.
    pub fn here() -> Self {
        use_context().unwrap_or_default()
    }
}

/// Keys with their names, as a list to choose from.
pub fn options(all: &[(String, Localised)]) -> Vec<(String, Text)> {
    let one = |(key, name): &(String, Localised)| {
        let name = name.clone();
        (key.clone(), text(move || name.get(locale()).to_owned()))
    };
    all.iter().map(one).collect()
}
