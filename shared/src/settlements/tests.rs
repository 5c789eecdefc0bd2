use super::*;
use crate::world::{day, sakaiminato, tokyo, yonago};

fn line(residence: MunicipalityCode, host: MunicipalityCode, relief_yen: i64, benefit_yen: i64) -> SettlementLine {
    SettlementLine {
        claim_line_id: "line".into(),
        claim_month: "2026-12".parse().unwrap(),
        claim_number: 1,
        facility: "はまなす保育園".to_owned(),
        host,
        residence,
        certificate: None,
        programme: ProgrammeKey::new("open_nursery"),
        programme_name: Localised::new("", "", ""),
        day: day("2026-12-01"),
        usage: UsageKind::Attended,
        age: 1,
        unit_yen: 1400,
        amounts: Amounts { minutes: 60, fee_yen: 300, relief_yen, benefit_yen },
        corrects: None,
        comments: Vec::new(),
    }
}

fn lines() -> Vec<SettlementLine> {
    vec![line(yonago(), sakaiminato(), 0, 1400), line(yonago(), sakaiminato(), 200, 1400), line(sakaiminato(), yonago(), 0, 1701)]
}

fn head(lines: &[SettlementLine]) -> SettlementHead {
    SettlementHead {
        compact_id: "compact".into(),
        compact_name: Localised::new("", "", ""),
        month: "2026-12".parse().unwrap(),
        other: sakaiminato(),
        other_name: Localised::new("", "", ""),
        line_count: i64::try_from(lines.len()).unwrap(),
        sides: sides(lines, &yonago()),
        own_lock: None,
        other_lock: None,
        open_comments: open_comments(lines),
    }
}

#[test]
fn what_one_city_gets_the_other_pays() {
    assert_eq!(sides(&lines(), &yonago()), Sides { pays_yen: 3000, gets_yen: 1701, balance_yen: -1299 });
    assert_eq!(sides(&lines(), &sakaiminato()), Sides { pays_yen: 1701, gets_yen: 3000, balance_yen: 1299 });
}

#[test]
fn a_city_locks_what_it_was_shown_when_nothing_is_disputed() {
    let mut lines = lines();
    let seen = LockSettlement { line_count: 3, balance_yen: -1299 };
    let after = tokyo("2027-01-01 0:00");
    assert_eq!(lock(&head(&lines), &seen, after), Ok(()));
    let own = SettlementLock { at: after, by: String::new() };
    let locked = SettlementHead { own_lock: Some(own.clone()), ..head(&lines) };
    assert_eq!(lock(&locked, &seen, after), Err(vec![Rejection::AlreadyLocked]));
    lines[0].comments.push(SettlementComment {
        id: "c".into(),
        municipality: sakaiminato(),
        by: String::new(),
        at: after,
        words: "?".to_owned(),
        answers: Vec::new(),
        closed_at: None,
    });
    let against = lock(&head(&lines), &LockSettlement { balance_yen: 0, ..seen }, tokyo("2026-12-31 23:59"));
    let from = day("2027-01-01");
    assert_eq!(against, Err(vec![Rejection::NotOver { from }, Rejection::Changed, Rejection::CommentsOpen { count: 1 }]));
    assert_eq!(lock(&head(&[]), &LockSettlement { line_count: 0, balance_yen: 0 }, after), Err(vec![Rejection::Nothing]));
    let comment = &lines[0].comments[0];
    assert_eq!((may_close(comment, &sakaiminato()), may_close(comment, &yonago())), (Ok(()), Err(Rejection::NotOwnComment)));
    assert_eq!(may_answer(comment), Ok(()));
    assert_eq!(may_answer(&SettlementComment { closed_at: Some(after), ..comment.clone() }), Err(Rejection::CommentClosed));
    assert_eq!(may_comment(&locked), Ok(()));
    assert_eq!(may_comment(&SettlementHead { other_lock: Some(own), ..locked }), Err(Rejection::Closed));
}

#[test]
fn what_is_claimed_late_goes_into_the_next_open_month() {
    let months = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Month>>();
    let settled = |claim: &str, locked: &[&str]| settled_in(claim.parse().unwrap(), &months(locked)).to_string();
    assert_eq!(settled("2026-12", &[]), "2026-12");
    assert_eq!(settled("2026-12", &["2026-11"]), "2026-12");
    assert_eq!(settled("2026-12", &["2026-12"]), "2027-01");
    assert_eq!(settled("2026-11", &["2026-12", "2026-11", "2027-02"]), "2027-01");
}

#[test]
fn what_is_told_over_the_wire_is_read_again() {
    let lines = lines();
    let told = Settlement { head: head(&lines), own: yonago(), own_name: Localised::new("米子市", "", "Yonago"), lines };
    let sent = serde_json::to_string(&told).unwrap();
    assert_eq!(serde_json::from_str::<Settlement>(&sent).unwrap(), told, "no two fields have one name");
}
