//! Applications of the demo world that wait for an officer: nobody has confirmed yet where these families live.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use shared::applications::Application;
use shared::bookings::BookedChild;
use shared::ids::ApplicationId;
use shared::procedures::ProcedureKey;
use shared::time::tokyo_day;

use super::cities::code;
use super::people::{BACKGROUND, Household};
use super::{ACTOR, Kind, Moment, id};
use crate::applications::{engine, store};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{families, procedures};

/// The first family that applies: far enough behind those whom an extract of a register proves.
const FIRST: usize = BACKGROUND + 30;
/// So many families apply, of both cities.
const FAMILIES: usize = 5;

/// Lets some families in the background apply for the registration of temporary care.
pub fn insert(conn: &mut AnyConnection, households: &[Household], moment: Moment) -> Result<(), ApiError> {
    for (n, household) in households.iter().skip(FIRST).take(FAMILIES).enumerate() {
        let minutes = i64::try_from(n).unwrap_or(0) * 7;
        let act = Act::of_command(ACTOR, moment.now - TimeDelta::minutes(50 - minutes));
        let (city, day) = (code(household.city)?, tokyo_day(act.now));
        let key = ProcedureKey::new("temporary_care_registration");
        let Some(procedure) = procedures::store::find_procedure(conn, &city, &key, day)? else { continue };
        let Some(family) = families::store::lock_family(conn, &household.id)? else { continue };
        let Some(child) = families::store::list_children(conn, &family.id)?.into_iter().next() else { continue };
        let mut new = Application::draft(
            ApplicationId::new(id(Kind::Application, n + 1)),
            procedure,
            (&family.id, Some(BookedChild::from(&child))),
            None,
            act.now,
        );
        new.answers = BTreeMap::from([("enrolled_in".to_owned(), "none".to_owned())]);
        new.declared = new.procedure.terms.declarations.iter().map(|asked| asked.key.clone()).collect();
        store::insert_application(conn, &new)?;
        act.record(conn, "application.begun", (&city, None), new.id.as_str())?;
        let known = engine::look(conn, new, day)?;
        engine::send(conn, known, &act)?;
    }
    Ok(())
}
