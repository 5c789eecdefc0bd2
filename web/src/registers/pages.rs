//! The page of registers: pick a file, read what differs, decide, take it in.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::registers::{RegisterReport, SentFile};
use shared::time::Month;

use super::client;
use super::parts::{Choices, Report, Runs};
use crate::api::Failure;
use crate::flash::use_flash;
use crate::i18n::{Say, locale, sentence};
use crate::office::{OfficeNav, OfficePlace};
use crate::settings;
use crate::ui::{Button, Field, FileInput, Form, Load, PageTitle, PickedFile, Refusal, TextInput, focus};

/// Sends a file, shows what differs, and takes it in.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let flash = use_flash();
    let picked = RwSignal::new(None::<PickedFile>);
    let choices: Choices = RwSignal::new(BTreeMap::new());
    let report = RwSignal::new(None::<RegisterReport>);
    let failure = RwSignal::new(None::<Failure>);
    let is_missing = RwSignal::new(false);
    let month = RwSignal::new(Month::of(settings::today()).to_string());
    let taken = RwSignal::new(0_u32);
    let runs = LocalResource::new(move || {
        taken.track();
        client::runs()
    });
    // What was seen belongs to the file that was picked then.
    let shown = Memo::new(move |_| picked.with(|_| ()));
    Effect::watch(move || picked.get(), move |_, _, _| report.set(None), false);
    let send = Action::new_local(move |is_real: &bool| {
        let is_real = *is_real;
        let file = picked.get_untracked().map(|PickedFile { name, content }| SentFile { name, content, choices: choices.get_untracked() });
        async move {
            let Some(file) = file else { return };
            let answer = if is_real { client::take_in(&file).await } else { client::preview(&file).await };
            match answer {
                Ok(told) => {
                    if !told.dry_run {
                        taken.update(|n| *n += 1);
                        flash.done("registers.taken_in");
                    }
                    choices.set(BTreeMap::new());
                    report.set(Some(told));
                    request_animation_frame(|| focus("report"));
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let press = move |is_real: bool| {
        failure.set(None);
        is_missing.set(picked.with_untracked(Option::is_none));
        if picked.with_untracked(Option::is_some) {
            send.dispatch(is_real);
        }
    };
    let missing = Signal::derive(move || {
        shown.track();
        (is_missing.get() && picked.with(Option::is_none)).then(|| sentence("registers.pick_first", locale()))
    });
    let may_take = Signal::derive(move || report.with(|told| told.as_ref().is_some_and(|told| told.dry_run && told.kind.is_some())));
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Registers/>
            <PageTitle text="registers.title"/>
            <p><Say key="registers.lead"/></p>
            <section class="card stack">
                <Form on_submit=move |()| press(false)>
                    <Field id="register-file" label="registers.file" hint="registers.file_hint" error=missing>
                        <FileInput value=picked accept=".csv,text/csv"/>
                    </Field>
                    <div class="row"><Button submit=true busy=send.pending()><Say key="registers.look"/></Button></div>
                </Form>
            </section>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            {move || report.get().map(|told| view! { <Report told choices/> })}
            <Show when=move || may_take.get()>
                <div class="row">
                    <Button busy=send.pending() on_press=Callback::new(move |()| press(true))><Say key="registers.take_in"/></Button>
                </div>
            </Show>
            <section class="card stack" aria-labelledby="export">
                <h2 id="export"><Say key="registers.export"/></h2>
                <p><Say key="registers.export_lead"/></p>
                <Field id="register-month" label="registers.month"><TextInput value=month kind="month" short=true/></Field>
                <div class="row">
                    // Files of the server, not pages of the app.
                    <a class="button button-outline" rel="external" download="" href=move || client::certified(&month.get(), "utf8")><span><Say key="registers.export_utf8"/></span></a>
                    <a class="button button-outline" rel="external" download="" href=move || client::certified(&month.get(), "cp932")><span><Say key="registers.export_cp932"/></span></a>
                </div>
            </section>
            <section class="stack titled">
                <h2><Say key="registers.runs"/></h2>
                <Load what=runs let:all><Runs all/></Load>
            </section>
        </div>
    }
}
