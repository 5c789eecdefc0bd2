//! What officers do with a campaign: propose it, agree to it, send it back, stop it, throw a draft away, and send it to themselves.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::campaigns::{Campaign, CampaignProposing, CampaignReturning};
use shared::locale::Locale;

use super::client::{self, Act};
use crate::api::{Failure, Tagged};
use crate::flash::use_flash;
use crate::frame::own_name;
use crate::i18n::{Say, Text, text};
use crate::paths;
use crate::taking::{Taking, taking};
use crate::ui::{Button, Dialog, Disclosure, Field, Look, Need, Refusal, Select, TextArea};

/// Acts with a campaign as it was read; then it is read anew.
pub fn acts(seen: &Tagged<Campaign>, done: Callback<()>, again: Callback<()>) -> Taking<Act> {
    let (id, etag) = (seen.value.id.to_string(), seen.etag.clone());
    let send = move |act: Act, attempt| {
        let (id, etag) = (id.clone(), etag.clone());
        async move { client::act(&id, &act, &etag, &attempt).await }
    };
    taking(send, done, again)
}

/// Proposes it to the families that were shown.
#[component]
pub fn Propose(tagged: Tagged<Campaign>, families: u32, needs_approval: bool, again: Callback<()>) -> impl IntoView {
    let navigate = use_navigate();
    let id = tagged.value.id.to_string();
    let done = Callback::new(move |()| navigate(&paths::office_campaign(&id), NavigateOptions { replace: true, ..Default::default() }));
    let acting = acts(&tagged, done, again);
    let (key, words) =
        if needs_approval { ("campaigns.propose", "campaigns.proposed") } else { ("campaigns.let_go", "campaigns.let_gone") };
    let press = Callback::new(move |()| acting.take(Act::Propose(CampaignProposing { families }), words));
    view! {
        {acting.refused()}
        <div class="row"><Button busy=acting.is_busy() on_press=press><Say key/></Button></div>
    }
}

/// Agrees, or sends it back with words.
#[component]
pub fn Decide(tagged: Tagged<Campaign>, again: Callback<()>) -> impl IntoView {
    let acting = acts(&tagged, again, again);
    let approve = Callback::new(move |()| acting.take(Act::Approve, "campaigns.approved"));
    view! {
        {acting.refused()}
        <div class="row"><Button busy=acting.is_busy() on_press=approve><Say key="campaigns.approve"/></Button></div>
        <SendBack acting is_own=false/>
    }
}

/// Takes one's own proposal back.
#[component]
pub fn TakeBack(tagged: Tagged<Campaign>, again: Callback<()>) -> impl IntoView {
    let acting = acts(&tagged, again, again);
    view! {
        {acting.refused()}
        <SendBack acting is_own=true/>
    }
}

#[component]
fn SendBack(acting: Taking<Act>, is_own: bool) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let (key, done) = if is_own { ("campaigns.take_back", "campaigns.taken_back") } else { ("campaigns.send_back", "campaigns.sent_back") };
    let press = Callback::new(move |()| {
        acting.take(Act::SendBack(CampaignReturning { words: words.get_untracked().trim().to_owned() }), done);
    });
    let is_wordless = Signal::derive(move || words.with(|words| words.trim().is_empty()));
    view! {
        <Disclosure summary=key>
            <Field id="return-words" label="campaigns.return_words"><TextArea value=words maxlength=500/></Field>
            <div class="row"><Button look=Look::Outline busy=acting.is_busy() disabled=is_wordless on_press=press><Say key/></Button></div>
        </Disclosure>
    }
}

/// Stops it, after one more question.
#[component]
pub fn Stop(tagged: Tagged<Campaign>, again: Callback<()>) -> impl IntoView {
    let acting = acts(&tagged, again, again);
    let asks = RwSignal::new(false);
    let stop = Callback::new(move |()| {
        asks.set(false);
        acting.take(Act::Stop, "campaigns.stopped");
    });
    view! {
        {acting.refused()}
        <div class="row">
            <Button look=Look::Outline busy=acting.is_busy() on_press=Callback::new(move |()| asks.set(true))><Say key="campaigns.stop"/></Button>
        </div>
        <Dialog id="stop-campaign" title="campaigns.stop_title" open=asks>
            <p><Say key="campaigns.stop_means"/></p>
            <div class="row">
                <Button on_press=stop><Say key="campaigns.stop"/></Button>
                <Button look=Look::Text on_press=Callback::new(move |()| asks.set(false))><Say key="campaigns.stop_not"/></Button>
            </div>
        </Dialog>
    }
}

/// Throws a draft away, after one more question.
#[component]
pub fn Discard(tagged: Tagged<Campaign>, again: Callback<()>) -> impl IntoView {
    let navigate = use_navigate();
    let done = Callback::new(move |()| navigate(&paths::office_campaigns(), NavigateOptions { replace: true, ..Default::default() }));
    let acting = acts(&tagged, done, again);
    let asks = RwSignal::new(false);
    let discard = Callback::new(move |()| {
        asks.set(false);
        acting.take(Act::Discard, "campaigns.discarded");
    });
    view! {
        {acting.refused()}
        <div class="row">
            <Button look=Look::Text busy=acting.is_busy() on_press=Callback::new(move |()| asks.set(true))><Say key="campaigns.discard"/></Button>
        </div>
        <Dialog id="discard-campaign" title="campaigns.discard_title" open=asks>
            <p><Say key="campaigns.discard_means"/></p>
            <div class="row">
                <Button on_press=discard><Say key="campaigns.discard"/></Button>
                <Button look=Look::Text on_press=Callback::new(move |()| asks.set(false))><Say key="campaigns.discard_not"/></Button>
            </div>
        </Dialog>
    }
}

/// Sends it to oneself, to see it on one's own device.
#[component]
pub fn TestSend(id: String) -> impl IntoView {
    let flash = use_flash();
    let language = RwSignal::new(Locale::Ja.tag().to_owned());
    let options: Vec<(String, Text)> =
        Locale::ALL.into_iter().map(|one| (one.tag().to_owned(), text(move || own_name(one).to_owned()))).collect();
    let failure = RwSignal::new(None::<Failure>);
    let sending = Action::new_local(move |(): &()| {
        let id = id.clone();
        let language = language.with_untracked(|tag| Locale::from_tag(tag)).unwrap_or_default();
        failure.set(None);
        async move {
            match client::test(&id, language).await {
                Ok(all) if all.iter().any(|one| one.accepted) => flash.done("campaigns.test_sent"),
                Ok(_) => flash.tell("campaigns.test_not_sent"),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    view! {
        <Disclosure summary="campaigns.test">
            <p class="quiet"><Say key="campaigns.test_hint"/></p>
            <Field id="test-language" label="campaigns.sample_language" required=Need::Unsaid><Select value=language options=Signal::stored(options)/></Field>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <div class="row">
                <Button look=Look::Outline busy=sending.pending() on_press=Callback::new(move |()| drop(sending.dispatch(())))><Say key="campaigns.test"/></Button>
            </div>
        </Disclosure>
    }
}
