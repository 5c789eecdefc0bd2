//! What time and freed places do to the waiting list: those who wait are asked in their order, offers lapse, entries end.
//!
//! Everything that is to be done stands in the database, so a restart loses nothing: `slots.freed` of places that nobody was asked about,
//! the time to answer of each offer, the end of each entry.

use chrono::TimeDelta;
use shared::ids::{SlotId, WaitlistEntryId};
use shared::municipalities::MunicipalityCode;
use shared::slots::SlotState;
use shared::time::{day_start, days_after};
use shared::waitlist::{EntryState, Rejection, Wanted, Wish, answer_by, expire, lapse, offer};

use super::store::{self, Due};
use super::{demand, lock, release, turn};
use crate::bookings::engine::{self, Lock};
use crate::bookings::store::{list_party, prolong_offer};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{App, families, programmes, slots};

/// How the events name this.
const ACTOR: &str = "waitlist";
/// So many of a kind in one round; the next round takes the rest.
const ROUND: i64 = 200;
/// From so long after its moment on, an offer was told late.
const LATE: TimeDelta = TimeDelta::minutes(1);
/// So often those who wait for a slot are asked anew because more became free meanwhile; then the next round goes on.
const ROUNDS: u32 = 50;

/// Asks those who wait as soon as something becomes free.
pub async fn keep_asking(app: App) {
    loop {
        app.turns.woken.notified().await;
        if let Err(error) = ask_all(&app).await {
            tracing::warn!(%error, "those who wait were not asked");
        }
    }
}

/// Does everything that is due: ends offers and entries whose time is over, tells of offers that were kept over night, asks those who wait.
pub async fn keep(app: &App) -> Result<(), ApiError> {
    // Nobody's time is over before it began.
    each(app, Due::Untold, tell).await?;
    each(app, Due::Lapsed, |conn, id, act| {
        let entry = lock(conn, id)?;
        let (EntryState::Offered { party_id, .. }, Some(next)) = (&entry.state, lapse(&entry.state, act.now)) else { return Ok(()) };
        release(conn, party_id, act)?;
        turn(conn, &entry, &next, act)
    })
    .await?;
    each(app, Due::Over, |conn, id, act| {
        let entry = lock(conn, id)?;
        let Some(next) = expire(&entry.state, entry.over_at, act.now) else { return Ok(()) };
        turn(conn, &entry, &next, act)?;
        demand::note_unserved(conn, &entry, act)
    })
    .await?;
    ask_all(app).await
}

/// Tells a family of an offer that was kept over night. Where nobody could tell it in time, because the server was away, its time to answer
/// begins only now; and where there is none left, it was no offer: the family waits on and can read why.
fn tell(conn: &mut AnyConnection, id: &WaitlistEntryId, act: &Act) -> Result<(), ApiError> {
    let entry = lock(conn, id)?;
    let EntryState::Offered { party_id, from, .. } = &entry.state else { return Ok(()) };
    if entry.told || act.now < *from {
        return Ok(());
    }
    if act.now - *from < LATE {
        store::mark_told(conn, id)?;
        return super::record(conn, &entry, "waitlist.offered", act);
    }
    let party = list_party(conn, party_id)?;
    let first = &party.first().ok_or(ApiError::NotFound)?.booking;
    let slot = slots::store::find_slot(conn, &first.slot_id)?.ok_or(ApiError::NotFound)?;
    let open_days = slots::store::open_days(conn, &slot)?;
    let place = &slot.slot;
    let programme = programmes::store::find_programme(conn, &place.facility.municipality, &place.programme, place.day())?;
    let terms = programme.ok_or(ApiError::NotFound)?.terms;
    let Some(until) = answer_by(&terms, &open_days, first.starts_at, act.now) else {
        super::take_back(conn, party_id, act)?;
        return Ok(store::write_skip(conn, id, &place.id, &[Rejection::NoTime.reason()], act.now)?);
    };
    for stored in &party {
        prolong_offer(conn, &stored.booking.id, until)?;
        act.record(conn, "booking.offered", stored.booking.facility.place(), stored.booking.id.as_str())?;
    }
    turn(conn, &entry, &EntryState::Offered { party_id: party_id.clone(), from: act.now, until }, act)
}

/// Does something to each entry that is due, each in a transaction of its own. One that fails is told to the log and does not keep the
/// others waiting.
async fn each(
    app: &App,
    due: Due,
    step: impl Fn(&mut AnyConnection, &WaitlistEntryId, &Act) -> Result<(), ApiError> + Copy + Send + Sync + 'static,
) -> Result<(), ApiError> {
    let now = app.now();
    for id in app.db.read(move |conn| Ok::<_, ApiError>(store::list_due(conn, due, now, ROUND)?)).await? {
        let wanted = id.clone();
        let act = Act::of_command(ACTOR, now);
        if let Err(error) = app.db.write(move |conn| step(conn, &wanted, &act)).await {
            tracing::warn!(entry = %id, ?due, %error, "an entry of the waiting list was left as it is");
        }
    }
    Ok(())
}

/// Asks those who wait for what became free, and holds new wishes against what is free.
async fn ask_all(app: &App) -> Result<(), ApiError> {
    for slot in app.db.read(|conn| Ok::<_, ApiError>(store::list_freed(conn, ROUND)?)).await? {
        if let Err(error) = serve(app, &slot).await {
            tracing::warn!(%slot, %error, "those who wait for a slot were not asked");
        }
    }
    let now = app.now();
    for id in app.db.read(move |conn| Ok::<_, ApiError>(store::list_due(conn, Due::Fresh, now, ROUND)?)).await? {
        if let Err(error) = look_around(app, &id).await {
            tracing::warn!(entry = %id, %error, "a wish was not held against the free places");
        }
    }
    Ok(())
}

/// Asks those who wait for a slot, in the order in which they joined, until all were asked about what is free.
pub async fn serve(app: &App, slot: &SlotId) -> Result<(), ApiError> {
    let _alone = app.turns.asking.lock().await;
    for _ in 0..ROUNDS {
        let wanted = slot.clone();
        let (freed, waiting) = app
            .db
            .read(move |conn| {
                let freed = store::count_freed(conn, &wanted)?;
                let found = if freed > 0 { slots::store::find_slot(conn, &wanted)? } else { None };
                let waiting = found.map(|found| store::list_candidates(conn, &found.slot)).transpose()?.unwrap_or_default();
                Ok::<_, ApiError>((freed, waiting))
            })
            .await?;
        if freed == 0 || (ask_in_order(app, slot, waiting, freed).await? && mark_asked(app, slot, freed).await?) {
            return Ok(());
        }
    }
    Ok(())
}

async fn mark_asked(app: &App, slot: &SlotId, freed: i64) -> Result<bool, ApiError> {
    let slot = slot.clone();
    app.db.write(move |conn| Ok::<_, ApiError>(store::mark_asked(conn, &slot, freed)?)).await
}

/// Asks one after the other; says whether all were asked. Not, where more became free meanwhile: then the first is asked again.
async fn ask_in_order(app: &App, slot: &SlotId, waiting: Vec<WaitlistEntryId>, freed: i64) -> Result<bool, ApiError> {
    for id in waiting {
        if ask(app, &id, slot, Some(freed)).await? == Asked::Moved {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What came of asking whether a party can have a place in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// A place is kept for it.
    Offered,
    /// It cannot have one; the reasons are recorded.
    Skipped,
    /// It does not wait any more.
    Gone,
    /// More became free meanwhile, or others have to be asked first.
    Moved,
}

/// Keeps a place for a party, or records why not: a transaction of its own. `freed` is what those who wait are being asked about; none where
/// only this party is, which then may not go before others.
async fn ask(app: &App, id: &WaitlistEntryId, slot: &SlotId, freed: Option<i64>) -> Result<Asked, ApiError> {
    let (entry, place, act) = (id.clone(), slot.clone(), Act::of_command(ACTOR, app.now()));
    match app.db.write(move |conn| ask_one(conn, &entry, &place, freed, &act)).await {
        Err(ApiError::Internal(cause)) => {
            // One that cannot be asked at all must not hold up all others for ever.
            tracing::error!(entry = %id, %slot, cause, "a party that waits could not be asked");
            let (entry, place, now) = (id.clone(), slot.clone(), app.now());
            let reason = shared::problem::Reason::new("problem.internal");
            app.db
                .write(move |conn| Ok::<_, ApiError>(store::write_skip(conn, &entry, &place, std::slice::from_ref(&reason), now)?))
                .await?;
            Ok(Asked::Skipped)
        }
        other => other,
    }
}

/// Offers a party a place in a slot, if it can have one; says whether.
pub fn offer_now(conn: &mut AnyConnection, id: &WaitlistEntryId, slot: &SlotId, act: &Act) -> Result<bool, ApiError> {
    Ok(ask_one(conn, id, slot, None, act)? == Asked::Offered)
}

fn ask_one(conn: &mut AnyConnection, id: &WaitlistEntryId, slot: &SlotId, freed: Option<i64>, act: &Act) -> Result<Asked, ApiError> {
    let Some(found) = store::find_entry(conn, id)? else { return Ok(Asked::Gone) };
    let family = families::store::lock_family(conn, &found.family_id)?.ok_or(ApiError::NotFound)?;
    let Some(entry) = store::find_entry(conn, id)?.filter(|entry| entry.state == EntryState::Waiting) else { return Ok(Asked::Gone) };
    let times = match &entry.asked.wanted {
        Wanted::Slot(wanted) => (wanted.starts_at, wanted.ends_at),
        Wanted::Wish(_) => (None, None),
    };
    let seen = engine::look(conn, &family, &entry.asked.booking(slot, times), Lock::Slot)?;
    if seen.freed != freed.unwrap_or(0) {
        return Ok(Asked::Moved);
    }
    let offer = match offer(&seen.state, &entry.asked, act.now) {
        Ok(offer) => offer,
        Err(reasons) => {
            store::write_skip(conn, id, slot, &reasons, act.now)?;
            return Ok(Asked::Skipped);
        }
    };
    let bookings = engine::seat(conn, &family, (&seen, &offer.placed), &offer.command, act)?;
    let first = bookings.into_iter().next().ok_or(ApiError::NotFound)?;
    turn(conn, &entry, &EntryState::Offered { party_id: first.party_id, from: offer.from, until: offer.until }, act)?;
    Ok(Asked::Offered)
}

/// Holds a wish that joined a moment ago against the places that are free.
async fn look_around(app: &App, id: &WaitlistEntryId) -> Result<(), ApiError> {
    let (wanted, now) = (id.clone(), app.now());
    let found = app
        .db
        .read(move |conn| {
            let entry = store::find_entry(conn, &wanted)?.ok_or(ApiError::NotFound)?;
            match &entry.asked.wanted {
                Wanted::Wish(wish) => list_fitting(conn, wish, now),
                Wanted::Slot(_) => Err(Rejection::NotWaiting.into()),
            }
        })
        .await?;
    for slot in found {
        match ask(app, id, &slot, None).await? {
            Asked::Offered | Asked::Gone => break,
            Asked::Skipped => {}
            // Others wait there: it is asked with them.
            Asked::Moved => serve(app, &slot).await?,
        }
    }
    let (id, now) = (id.clone(), app.now());
    app.db.write(move |conn| Ok::<_, ApiError>(store::mark_looked(conn, &id, now)?)).await
}

/// The slots with a free place for a wish, by start.
fn list_fitting(conn: &mut AnyConnection, wish: &Wish, now: chrono::DateTime<chrono::Utc>) -> Result<Vec<SlotId>, ApiError> {
    let search = slots::store::Search {
        from: day_start(wish.from).max(now),
        until: day_start(days_after(wish.until, 1)),
        municipalities: wish.municipalities.clone(),
        programme: Some(wish.programme.clone()),
        facility: match wish.facilities.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        },
        within: None,
        after: None,
        open_only: true,
        limit: MOST_SLOTS,
    };
    let versions = programmes::store::list_programmes(conn, None, Some(&wish.programme), wish.from, wish.until)?;
    let terms = |municipality: &MunicipalityCode, day| {
        programmes::store::on_day(&versions, municipality, &wish.programme, day).map(|version| &version.terms)
    };
    let free = |slot: &shared::slots::Slot| {
        terms(&slot.facility.municipality, slot.day()).is_some_and(|terms| {
            let has_place = |(from, until): &(_, _)| {
                slot.bands.iter().any(|band| slot.left_in(terms, band, slot.minute(*from), slot.minute(*until)) > 0)
            };
            wish.stays(slot, terms).iter().any(has_place)
        })
    };
    let found = slots::store::list_slots(conn, &search)?.into_iter().map(|stored| stored.slot);
    let fits = |slot: &shared::slots::Slot| slot.state == SlotState::Open && wish.fits(&shared::waitlist::Spot::of(slot)) && free(slot);
    Ok(found.filter(fits).map(|slot| slot.id).collect())
}

/// The most slots that a new wish is held against.
const MOST_SLOTS: i64 = 2000;
