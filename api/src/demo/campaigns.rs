//! A finished campaign and a standing offer of each city of the demo world, marked as made up.

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use shared::applications::Colleague;
use shared::campaigns::{Approval, Campaign, CampaignLife, CampaignPlan, Proposal, State, Step, Texts, When, Words, starters};
use shared::eligibility::{Condition, Test};
use shared::ids::CampaignId;
use shared::municipalities::MunicipalityCode;
use shared::programmes::{Programme, ProgrammeKey};
use shared::time::{at, days_before};

use super::cities::{City, code};
use super::people::{officer, second_officer};
use super::programmes::temporary_care;
use super::{ACTOR, Kind, Moment, id, time};
use crate::applications::office::store::find_colleague;
use crate::campaigns::{engine, jobs, store};
use crate::db::{AnyConnection, stored};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::programmes::store::list_programmes;
use crate::schema::notices;

/// So many days ago the finished one was sent.
const SENT: u32 = 10;
/// Every name begins so.
const MARK: &str = "（架空）";

/// Lays out the campaigns of both cities.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), ApiError> {
    for (n, city) in [City::Yonago, City::Sakaiminato].into_iter().enumerate() {
        let (author, second) = (find_colleague(conn, &officer(n))?, find_colleague(conn, &second_officer(n))?);
        let city = code(city)?;
        let programmes = list_programmes(conn, Some(&city), None, moment.today, moment.today)?;
        if let Some(programme) = programmes.iter().find(|programme| programme.key.as_str() == temporary_care::KEY) {
            finished(conn, (&city, n), programme, (&author, &second), moment)?;
        }
        let begun = days_before(moment.today, 1);
        if let Some(starter) = starters(&programmes, begun).into_iter().find(|starter| starter.key == "old_enough") {
            standing(conn, (&city, n), starter.plan, (&author, &second), begun)?;
        }
    }
    Ok(())
}

/// A campaign that two officers have let go.
fn agreed(
    (city, n): (&MunicipalityCode, usize),
    plan: CampaignPlan,
    (author, second): (&Colleague, &Colleague),
    (state, day): (State, NaiveDate),
) -> Campaign {
    let (written, agreed) = (at(day, time(9, 0)), at(day, time(9, 30)));
    let life = CampaignLife {
        state,
        author: author.clone(),
        editor: author.clone(),
        proposal: Some(Proposal { by: author.clone(), at: written, families: 0 }),
        approval: Some(Approval { by: second.clone(), at: agreed }),
        returned: None,
    };
    Campaign {
        id: CampaignId::new(id(Kind::Campaign, n)),
        municipality: city.clone(),
        plan: CampaignPlan { name: format!("{MARK}{}", plan.name), ..plan },
        life,
        created_at: written,
        changed_at: agreed,
        began_at: None,
        looked_on: None,
        sent: 0,
        version: 3,
    }
}

/// A campaign that was sent to the families with small children, and that those who sign in here have opened.
fn finished(
    conn: &mut AnyConnection,
    (city, n): (&MunicipalityCode, usize),
    programme: &Programme,
    people: (&Colleague, &Colleague),
    moment: Moment,
) -> Result<(), ApiError> {
    let day = days_before(moment.today, SENT);
    let sent_at = at(day, time(10, 0));
    let mut campaign = agreed((city, 2 * n + 1), plan(programme), people, (State::Sending, day));
    campaign.began_at = Some(sent_at);
    let (all, families) = engine::recipients(conn, (&campaign.id, city), &campaign.plan, sent_at)?;
    if let Some(proposal) = &mut campaign.life.proposal {
        proposal.families = families;
    }
    store::insert_campaign(conn, &campaign)?;
    store::insert_recipients(conn, &campaign.id, &all, sent_at)?;
    let act = Act::of_command(ACTOR, sent_at);
    while jobs::send_batch(conn, &campaign.id, &Vec::new(), &act)? > 0 {}
    let mine = notices::table.filter(notices::campaign_id.eq(campaign.id.as_str()));
    let opened = stored(sent_at + TimeDelta::hours(2));
    diesel::update(mine)
        .set((notices::opened_at.eq(opened), notices::opened_by.eq("app")))
        .execute(conn)
        .map_err(crate::db::DbError::from)?;
    Ok(())
}

/// An offer that has looked at the families today, and looks again tomorrow.
fn standing(
    conn: &mut AnyConnection,
    (city, n): (&MunicipalityCode, usize),
    plan: CampaignPlan,
    people: (&Colleague, &Colleague),
    begun: NaiveDate,
) -> Result<(), ApiError> {
    let mut campaign = agreed((city, 2 * n + 2), plan, people, (State::Running, begun));
    campaign.began_at = Some(campaign.changed_at);
    campaign.looked_on = Some(shared::time::next_day(begun));
    Ok(store::insert_campaign(conn, &campaign)?)
}

fn plan(programme: &Programme) -> CampaignPlan {
    let ages = Condition { test: Test::Age { ages: programme.terms.ages.clone() }, source: None };
    let words = |subject: &str, text: &str| Words { subject: subject.to_owned(), text: text.to_owned() };
    CampaignPlan {
        name: "一時預かりのご案内".to_owned(),
        audience: Condition { test: Test::All { of: vec![ages] }, source: None },
        texts: Texts {
            ja: words("一時預かりをご利用ください", "通院や休息のときにも、一時預かりを利用できます。\n空きはいつでもご覧いただけます。"),
            easy: Some(words(
                "[一時|いちじ][預|あず]かりを [使|つか]ってください",
                "[病院|びょういん]に [行|い]くときや [休|やす]みたいときに [子|こ]どもを [預|あず]けられます。",
            )),
            en: Some(words(
                "Temporary care is there for you",
                "You can use it to see a doctor or to rest.\nFree places are shown at any time.",
            )),
        },
        step: Step::Search { programme: ProgrammeKey::new(programme.key.as_str()) },
        when: When::Once { at: None },
        deadline_days: None,
        hold_out_percent: 0,
    }
}
