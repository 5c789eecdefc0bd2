//! The family at the door: its own code to show, its PIN, and what it sees after scanning the code on a facility's wall.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use shared::attendance::{Arrival, Arrivals, EntryCode, FamilyCode, NextAct, Person, grouped_code, next_act};
use shared::bookings::{Booking, BookingState};
use shared::locale::{clock_at, clock_span};
use shared::text::to_ascii_width;

use super::client;
use crate::api::{Attempt, Failure};
use crate::bookings::StateChip;
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, say_with, sentence, text};
use crate::paths;
use crate::settings;
use crate::ui::{
    Banner, Button, Card, Choice, EmptyState, ErrorSummary, Explain, Field, FieldError, Form, Glyph, LinkButton, Load, Look, Need,
    PageTitle, RadioGroup, Refusal, TextInput, Tone,
};

/// A code as a picture: dark on white whatever the scheme, as large as the place allows.
#[component]
pub fn CodePicture(
    /// The code.
    code: EntryCode,
    /// What it is, for those who do not see it.
    label: &'static str,
) -> impl IntoView {
    // Four squares of white around it, as the standard wants.
    let view_box = format!("-4 -4 {0} {0}", code.size + 8);
    view! {
        <div class="code-picture">
            <svg viewBox=view_box role="img" aria-label=move || crate::i18n::t(label) shape-rendering="crispEdges">
                <path d=code.path fill="#000"></path>
            </svg>
        </div>
    }
}

/// The family's code, and its PIN.
#[component]
pub fn CodePage() -> impl IntoView {
    let known = LocalResource::new(client::family_code);
    view! {
        <div class="narrow stack">
            <PageTitle text="attendance.code_title"/>
            <p><Say key="attendance.code_lead"/></p>
            <Load what=known let:known_now>
                <OwnCode known=known_now on_change=move |()| known.refetch()/>
            </Load>
        </div>
    }
}

#[component]
fn OwnCode(known: FamilyCode, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let (busy, attempt) = (RwSignal::new(false), Attempt::new());
    let has_code = known.code.is_some();
    let renew = Callback::new(move |()| {
        let attempt = attempt.clone();
        busy.set(true);
        spawn_local(async move {
            match client::renew_family_code(&attempt).await {
                Ok(_) => on_change.run(()),
                Err(why) => flash.failed(&why),
            }
            busy.set(false);
        });
    });
    view! {
        {known
            .code
            .map(|code| {
                let letters = grouped_code(&code.text);
                view! {
                    <CodePicture code label="attendance.code_picture"/>
                    // For a tablet without a camera: read out and typed.
                    <p class="code-text">{letters}</p>
                }
            })}
        <div class="row">
            <Button look=if has_code { Look::Text } else { Look::Solid } busy on_press=renew>
                {if has_code { crate::i18n::say("attendance.code_renew").into_any() } else { crate::i18n::say("attendance.code_make").into_any() }}
            </Button>
        </div>
        {has_code.then(|| view! { <p class="quiet"><Say key="attendance.code_renew_hint"/></p> })}
        <PinForm has_pin=known.has_pin on_change/>
    }
}

#[component]
fn PinForm(has_pin: bool, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let pin = RwSignal::new(String::new());
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let others = RwSignal::new(Vec::<String>::new());
    let busy = RwSignal::new(false);
    let submit = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            let answer = client::set_pin(&to_ascii_width(pin.get_untracked().trim())).await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    flash.done("attendance.pin_done");
                    on_change.run(());
                }
                Err(why) => {
                    let fields = why.field_errors(&[("/pin", "pin")], locale());
                    others.set(if fields.is_empty() { why.sentences(locale()) } else { Vec::new() });
                    errors.set(fields);
                }
            }
        });
    });
    view! {
        <Card>
            <h2><Say key="attendance.pin_title"/></h2>
            <p>{crate::i18n::say(if has_pin { "attendance.pin_is_set" } else { "attendance.pin_lead" })}</p>
            <ErrorSummary errors others/>
            <Form on_submit=submit>
                <Field id="pin" label="attendance.pin" hint="attendance.pin_hint" required=Need::Unsaid error=FieldError::of(errors, "pin")>
                    <TextInput value=pin kind="password" inputmode="numeric" autocomplete="off" maxlength=6 short=true/>
                </Field>
                <Button look=Look::Outline submit=true busy><Say key="attendance.pin_send"/></Button>
            </Form>
        </Card>
    }
}

/// The family's children who are expected today where the code on the wall is.
#[component]
pub fn ArrivalPage() -> impl IntoView {
    let params = use_params_map();
    let code = Memo::new(move |_| params.with(|params| params.get("code")).unwrap_or_default());
    let arrivals = LocalResource::new(move || {
        let code = code.get();
        async move {
            match client::arrivals(code).await {
                Ok(known) => Ok(Some(known)),
                Err(why) if why.is_missing() => Ok(None),
                Err(why) => Err(why),
            }
        }
    });
    view! {
        <div class="narrow stack">
            <PageTitle text="attendance.arrival_title"/>
            <Load what=arrivals let:known>
                {match known {
                    Some(known) => view! { <ArrivalList known code=code.get_untracked() on_change=move |()| arrivals.refetch()/> }.into_any(),
                    // An old sheet of paper on the wall.
                    None => view! {
                        <Banner tone=Tone::Warning title="attendance.wall_old">
                            <p><Say key="attendance.wall_old_words"/></p>
                            <LinkButton look=Look::Outline href=paths::bookings()><Say key="attendance.to_bookings"/></LinkButton>
                        </Banner>
                    }
                    .into_any(),
                }}
            </Load>
        </div>
    }
}

#[component]
fn ArrivalList(known: Arrivals, code: String, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let Arrivals { now, facility, children } = known;
    let ahead = now - settings::now();
    let nobody = children.is_empty();
    view! {
        <p class="when"><strong>{facility}</strong></p>
        {nobody
            .then(|| {
                view! {
                    <EmptyState words="attendance.arrival_none">
                        <LinkButton look=Look::Outline href=paths::bookings()><Say key="attendance.to_bookings"/></LinkButton>
                    </EmptyState>
                }
            })}
        {children.into_iter().map(|arrival| view! { <ArrivalCard arrival code=code.clone() ahead on_change/> }).collect_view()}
    }
}

#[component]
fn ArrivalCard(arrival: Arrival, code: String, ahead: chrono::TimeDelta, on_change: Callback<()>) -> impl IntoView {
    let Arrival { booking, registered } = arrival;
    let Booking { starts_at, ends_at, .. } = booking;
    let who = RwSignal::new("0".to_owned());
    let choices = {
        let registered = registered.clone();
        Signal::derive(move || {
            let named = registered.iter().enumerate().map(|(n, name)| {
                let name = name.to_string();
                Choice::new((n + 1).to_string(), text(move || name.clone()))
            });
            std::iter::once(Choice::new("0", "attendance.guardian")).chain(named).collect::<Vec<_>>()
        })
    };
    let act = next_act(&booking.state, settings::now() + ahead);
    let (busy, failure, attempt) = (RwSignal::new(false), RwSignal::new(None::<Failure>), Attempt::new());
    let (id, child) = (booking.id.clone(), booking.child.name.clone());
    let flash = use_flash();
    let press = Callback::new(move |()| {
        let Some(act) = act else { return };
        let with = match who.get_untracked().parse::<usize>().ok().and_then(|n| n.checked_sub(1)).and_then(|n| registered.get(n)) {
            Some(name) => Person::Registered { name: name.clone() },
            None => Person::Guardian,
        };
        let (id, code, attempt, child) = (id.clone(), code.clone(), attempt.clone(), child.clone());
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::arrive(&id, act, with, code, &attempt).await;
            busy.set(false);
            match answer {
                Ok(_) => {
                    let key = if act == NextAct::CheckIn { "attendance.recorded_in" } else { "attendance.recorded_out" };
                    flash.done(text(move || sentence(key, locale()).replace("%{name}", &child)));
                    on_change.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        });
    });
    let legend = if act == Some(NextAct::CheckOut) { "attendance.who_fetched" } else { "attendance.who_brought" };
    let group = format!("who-{}", booking.id);
    let just_came = act.is_none() && matches!(booking.state, BookingState::CheckedIn { .. });
    view! {
        <Card>
            <h2>{booking.child.name.clone()}</h2>
            <div class="row"><span>{furigana(move || clock_span(starts_at, ends_at, locale()))}</span><StateChip state=booking.state.clone() is_over=false/></div>
            {match booking.state {
                BookingState::CheckedIn { at } => Some(view! { <p>{say_with("attendance.came_at", move || vec![("time", clock_at(at))])}</p> }.into_any()),
                BookingState::CheckedOut { at, .. } => Some(view! { <p>{say_with("attendance.left_at", move || vec![("time", clock_at(at))])}</p> }.into_any()),
                _ => None,
            }}
            {just_came.then(|| view! { <p class="quiet"><Say key="attendance.just_came"/></p> })}
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            {act.map(|act| {
                let (words, look) = if act == NextAct::CheckIn { ("attendance.check_in", Look::Solid) } else { ("attendance.check_out", Look::Outline) };
                view! {
                    <RadioGroup id=group legend choices value=who required=Need::Unsaid/>
                    <div class="board-action"><Button look busy on_press=press icon=Glyph::Check><Say key=words/></Button></div>
                }
            })}
        </Card>
    }
}
