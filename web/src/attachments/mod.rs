//! Files that go with an application: chosen or photographed, sent at once, listed, and taken away again.

mod client;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::attachments::{Attachment, FileKind, MAX_BYTES, Rejection};
use shared::locale::Locale;

use crate::api::{Attempt, Failure};
use crate::i18n::{Say, furigana, locale, sentence};
use crate::ui::{Button, Explain, FileButton, Look, Refusal};

/// Why a file did not go: refused here already, or by the server.
#[derive(Debug, Clone)]
enum Why {
    Here(Rejection),
    There(Failure),
}

impl Explain for Why {
    fn sentences(&self, locale: Locale) -> Vec<String> {
        match self {
            Self::Here(rejection) => vec![rejection.reason().sentence(locale)],
            Self::There(failure) => failure.sentences(locale),
        }
    }
}

/// The files of one document that is asked for: sent as soon as they are chosen.
#[component]
pub fn Files(
    /// The application.
    application_id: String,
    /// Its tag, as it was read.
    etag: String,
    /// The key of the document.
    requirement: String,
    /// All files of the application.
    files: Vec<Attachment>,
    /// A file came or went: the application is to be read again.
    on_change: Callback<()>,
) -> impl IntoView {
    let why = RwSignal::new(None::<Why>);
    let busy = RwSignal::new(false);
    let conclude = Callback::new(move |outcome: Result<(), Why>| {
        busy.set(false);
        match outcome {
            Ok(()) => on_change.run(()),
            Err(reason) => why.set(Some(reason)),
        }
    });
    let begin = move || {
        why.set(None);
        busy.set(true);
    };
    let id = format!("file-{requirement}");
    let hint = format!("{id}-hint");
    let here: Vec<Attachment> = files.into_iter().filter(|file| file.requirement == requirement).collect();
    let (application, sending) = (application_id.clone(), Attempt::new());
    let send = Callback::new(move |file: web_sys::File| {
        if file.size() > u32::try_from(MAX_BYTES).map_or(0.0, f64::from) {
            why.set(Some(Why::Here(Rejection::TooLarge)));
        } else {
            begin();
            let (application, requirement, attempt) = (application.clone(), requirement.clone(), sending.clone());
            spawn_local(async move {
                conclude.run(client::send(&application, &requirement, &file, &attempt).await.map_err(Why::There));
            });
        }
    });
    let accepted = FileKind::ALL.map(FileKind::media_type).join(",");
    let rows = here.into_iter().map(|file| {
        let (application, etag, removing) = (application_id.clone(), etag.clone(), Attempt::new());
        let (address, name, kilobytes) = (client::address(&application, &file.id), file.name.clone(), (file.bytes + 1023) / 1024);
        let remove = Callback::new(move |()| {
            begin();
            let (application, etag, file, attempt) = (application.clone(), etag.clone(), file.id.clone(), removing.clone());
            spawn_local(async move {
                conclude.run(client::remove(&application, &file, &etag, &attempt).await.map_err(Why::There));
            });
        });
        view! {
            <li class="row">
                // A file of the server, not a page of the app.
                <a rel="external" download="" href=address>{name}</a>
                <span class="quiet number">{format!("{kilobytes} KB")}</span>
                <Button look=Look::Outline busy on_press=remove><Say key="attachments.remove"/></Button>
            </li>
        }
    });
    view! {
        <div class="stack">
            <ul class="file-list">{rows.collect_view()}</ul>
            {move || why.get().map(|why| view! { <Refusal why/> })}
            <div class="field">
                <p class="hint" id=hint.clone()>
                    {furigana(move || {
                        let most = i64::try_from(MAX_BYTES / 1024 / 1024).unwrap_or(0);
                        sentence("attachments.hint", locale()).replace("%{megabytes}", &most.to_string())
                    })}
                </p>
                <FileButton id label="attachments.choose" accept=accepted on_pick=send busy described_by=Signal::stored(Some(hint))/>
                <p role="status" class="quiet">{move || busy.get().then(|| view! { <Say key="attachments.sending"/> })}</p>
            </div>
        </div>
    }
}
