//! 見学・面談: half an hour to see a facility and to talk, free and without a limit.

use shared::locale::Localised;
use shared::programmes::{AnswerKind, Cancellation, Deadline, Terms, Unit};

use super::super::cities::City;
use super::super::time;
use super::{Told, Year, mother_and_child_handbook, question, to_school};

/// Its key.
pub const KEY: &str = "visit";

pub(super) fn told(_: City) -> Told {
    Told {
        name: Localised::new("見学・面談", "[見学|けんがく]・[面談|めんだん]", "Visit and talk"),
        summary: Localised::new(
            "利用の前に、お子さんといっしょに施設を見て、気になることを相談できます。30分、無料です。",
            "[使|つか]う[前|まえ]に、[子|こ]どもといっしょに[施設|しせつ]を[見|み]て、[話|はな]すことができます。30[分|ぷん]、お[金|かね]はいりません。",
            "See the facility with your child before the first stay, and ask what you want to know. Half an hour, free of charge.",
        ),
    }
}

pub(super) fn terms(_: City, year: Year) -> Terms {
    // Opens at once: whatever a facility has published can be booked.
    Terms {
        closes: Deadline::DaysBefore { days: 1, time: if year == Year::Last { time(12, 0) } else { time(17, 0) } },
        cancellation: Cancellation::default(),
        questions: vec![question(
            "wish",
            Localised::new("見たいところ、聞きたいこと", "[見|み]たいところ、[聞|き]きたいこと", "What would you like to see or ask?"),
            AnswerKind::Text,
            false,
        )],
        bring: vec![mother_and_child_handbook()],
        interview: true,
        ..Terms::new(to_school(0), Unit::Flexible { minimum_minutes: 30, maximum_minutes: Some(30), step_minutes: 30 })
    }
}
