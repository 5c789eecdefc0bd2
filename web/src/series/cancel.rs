//! Cancelling from one date of a series: this one, this and the following, or all, with what each date means before.

use leptos::prelude::*;
use shared::bookings::Booking;
use shared::ids::SeriesId;
use shared::locale::{day, yen};
use shared::series::{CancelDate, CancelSeries};
use shared::time::tokyo_day;

use super::client;
use super::model::{is_late, scope};
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, marked, say_with, text};
use crate::ui::{Banner, Button, Choice, Dialog, Explain, Load, Look, Need, RadioGroup, Tone};

/// Asks which dates, shows what that means for each, and cancels exactly these.
#[component]
pub fn SeriesCancelPart(booking: Booking, series_id: SeriesId, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let asking = RwSignal::new(false);
    let (chosen, reason) = (RwSignal::new("this".to_owned()), RwSignal::new(String::new()));
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let booking = StoredValue::new(booking);
    let series_id = StoredValue::new(series_id.to_string());
    let command = move || CancelSeries {
        booking_id: booking.with_value(|booking| booking.id.clone()),
        scope: scope(&chosen.get()),
        reason: Some(reason.get()).filter(|key| !key.is_empty()),
        seen: None,
    };
    let preview = LocalResource::new(move || {
        let wanted = asking.get().then(command);
        async move {
            match wanted {
                Some(command) => client::preview_cancel(&series_id.get_value(), &command).await,
                None => Ok(Vec::new()),
            }
        }
    });
    let dates = move || preview.with(|found| found.as_ref().and_then(|found| found.as_ref().ok().cloned())).unwrap_or_default();
    let changed = move || {
        asking.set(false);
        on_change.run(());
        // What has changed stands at the top.
        window().scroll_to_with_x_and_y(0.0, 0.0);
    };
    let cancelling = Action::new_local(move |command: &CancelSeries| {
        let command = command.clone();
        async move {
            match client::cancel(&series_id.get_value(), &command, &Attempt::new()).await {
                Ok(_) => {
                    flash.done("series.cancelled");
                    changed();
                }
                // What holds now is shown, and the family decides again.
                Err(why) => {
                    failure.set(Some(why));
                    preview.refetch();
                }
            }
        }
    });
    let ask = Callback::new(move |()| {
        failure.set(None);
        chosen.set("this".to_owned());
        reason.set(String::new());
        asking.set(true);
    });
    let press = Callback::new(move |()| {
        failure.set(None);
        let seen = untrack(dates);
        if !seen.is_empty() {
            cancelling.dispatch(CancelSeries { seen: Some(seen), ..untrack(command) });
        }
    });
    let exempt = booking.with_value(|booking| booking.cancellation.exempt.iter().filter(|one| one.by_family).cloned().collect::<Vec<_>>());
    let busy = cancelling.pending();
    view! {
        <Button look=Look::Danger on_press=ask><Say key="bookings.cancel"/></Button>
        <Dialog id="cancel-series" title="bookings.cancel_question" open=asking>
            {move || {
                failure
                    .get()
                    .map(|failure| {
                        view! {
                            <Banner tone=Tone::Warning alert=true>
                                {failure.sentences(locale()).iter().map(|sentence| view! { <p>{marked(sentence)}</p> }).collect_view()}
                            </Banner>
                        }
                    })
            }}
            <p><strong>{booking.with_value(|booking| booking.child.name.clone())}</strong></p>
            <RadioGroup
                id="cancel-scope"
                legend="series.scope"
                required=Need::Unsaid
                choices=Signal::stored(vec![
                    Choice::new("this", text(move || {
                        let words = crate::i18n::sentence("series.scope_this", locale());
                        words.replace("%{day}", &day(tokyo_day(booking.with_value(|booking| booking.starts_at)), locale()))
                    })),
                    Choice::new("following", "series.scope_following"),
                    Choice::new("all", "series.scope_all").hint("series.scope_all_hint"),
                ])
                value=chosen
            />
            {
                let exempt = exempt.clone();
                // Chosen once, it stays to be taken back, also when nothing is late by it.
                move || {
                    let late = is_late(&dates()) || !reason.get().is_empty();
                    let none = std::iter::once(Choice::new("", "bookings.cancel_reason_none"));
                    let known = exempt.clone().into_iter().map(|one| Choice::new(one.key, text(move || one.name.get(locale()).to_owned())));
                    let choices: Vec<Choice> = none.chain(known).collect();
                    (late && choices.len() > 1)
                        .then(|| {
                            view! {
                                <RadioGroup
                                    id="cancel-reason" legend="bookings.cancel_reason" hint="bookings.cancel_reason_hint" required=Need::Unsaid
                                    choices=Signal::stored(choices) value=reason
                                />
                            }
                        })
                }
            }
            <div aria-live="polite"><Load what=preview let:dates><CancelDates dates/></Load></div>
            <div class="row">
                <Button look=Look::Danger busy disabled=Signal::derive(move || dates().is_empty()) on_press=press><Say key="bookings.cancel_yes"/></Button>
                <Button look=Look::Text on_press=Callback::new(move |()| asking.set(false))><Say key="bookings.cancel_no"/></Button>
            </div>
        </Dialog>
    }
}

/// The dates that go, each with what is due all the same.
#[component]
fn CancelDates(dates: Vec<CancelDate>) -> impl IntoView {
    let (count, fee) = (dates.len(), dates.iter().map(|date| date.terms.fee_yen).sum::<i64>());
    let one = |date: CancelDate| {
        let (on, terms) = (tokyo_day(date.starts_at), date.terms);
        view! {
            <li class="check-line">
                <span>
                    {furigana(move || day(on, locale()))}
                    {terms.counts.then(|| view! { " " <span class="quiet"><Say key="series.counts"/></span> })}
                </span>
                <span class="number">
                    {if terms.fee_yen > 0 {
                        furigana(move || yen(terms.fee_yen, locale())).into_any()
                    } else {
                        view! { <Say key="series.free"/> }.into_any()
                    }}
                </span>
            </li>
        }
    };
    (count > 0).then(|| {
        view! {
            <p>
                <strong>
                    {say_with("series.cancel_sum", move || vec![("count", count.to_string()), ("fee", yen(fee, locale()))])}
                </strong>
            </p>
            <ul class="plain-list cancel-dates">{dates.into_iter().map(one).collect_view()}</ul>
        }
    })
}
