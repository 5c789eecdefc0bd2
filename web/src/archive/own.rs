//! The family saves what is held about it.

use leptos::prelude::*;

use crate::i18n::Say;
use crate::paths;

/// Where the file is to be had.
const FILE: &str = "/api/v1/family/archive";

/// What is held about the family, in one file, and who looked at it.
#[component]
pub fn OwnArchive() -> impl IntoView {
    view! {
        <section class="stack">
            <h2><Say key="archive.own_title"/></h2>
            <div class="card stack">
                <p><Say key="archive.own_lead"/></p>
                <p class="quiet"><Say key="archive.own_care"/></p>
                <div class="row">
                    <a class="button button-outline" href=FILE rel="external" download=""><span><Say key="archive.own_save"/></span></a>
                    <a href=paths::accesses()><Say key="audit.accesses_title"/></a>
                </div>
            </div>
        </section>
    }
}
