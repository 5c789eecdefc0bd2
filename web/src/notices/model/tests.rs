use super::*;

fn notice(id: &str, opened: bool) -> Line {
    let at: DateTime<Utc> = "2027-01-18T00:00:00Z".parse().unwrap();
    Line {
        id: id.into(),
        title: "予約が確定しました。".to_owned(),
        body: String::new(),
        step: "/bookings/1".to_owned(),
        step_label: "予約を見る".to_owned(),
        urgent: false,
        ack_asked: false,
        created_at: at,
        opened_at: opened.then_some(at),
        acknowledged_at: None,
        replaced_at: None,
    }
}

fn ids(notices: &[Line]) -> Vec<&str> {
    notices.iter().map(|notice| notice.id.as_str()).collect()
}

#[test]
fn what_is_unopened_stands_once_and_first() {
    let inbox = Inbox { unread: vec![notice("4", false), notice("1", false)], ..Inbox::default() };
    let inbox =
        inbox.and(Page { items: vec![notice("4", false), notice("3", true), notice("2", true)], next_cursor: Some("next".to_owned()) });
    assert_eq!((ids(&inbox.unread), ids(&inbox.others)), (vec!["4", "1"], vec!["3", "2"]));
    // One that came meanwhile pushed the list down: what is shown already does not come twice.
    let inbox = inbox.and(Page { items: vec![notice("2", true), notice("1", false), notice("0", true)], next_cursor: None });
    assert_eq!((ids(&inbox.others), inbox.next.is_none()), (vec!["3", "2", "0"], true));
}

#[test]
fn a_notice_says_what_is_left_to_do_with_it() {
    let new = notice("1", false);
    assert_eq!(mark(&new, false, false), Some(Mark::New));
    assert_eq!(mark(&Line { urgent: true, ..new.clone() }, false, false), Some(Mark::Urgent));
    assert_eq!(mark(&new, true, false), None);
    let asked = Line { ack_asked: true, ..new.clone() };
    assert_eq!(mark(&asked, true, false), Some(Mark::Asked));
    assert_eq!(mark(&asked, true, true), Some(Mark::Understood));
    let past = Line { replaced_at: Some(new.created_at), ..asked };
    assert_eq!(mark(&past, false, false), Some(Mark::Past));
}

#[test]
fn only_what_changes_is_sent() {
    let all = ["push".to_owned(), "mail".to_owned()];
    let before = Preferences {
        choices: Group::ALL.into_iter().map(|group| Choice { group, channels: all.to_vec() }).collect(),
        digest: true,
        channels: all.to_vec(),
        quiet_from: chrono::NaiveTime::MIN,
        quiet_until: chrono::NaiveTime::MIN,
        unconfirmed: None,
        version: 1,
    };
    let same: Vec<(Group, Vec<String>)> = Group::ALL.into_iter().map(|group| (group, vec!["mail".to_owned(), "push".to_owned()])).collect();
    assert_eq!(change(&before, &same, true), None);
    let fewer = vec![(Group::Bookings, vec!["mail".to_owned()]), (Group::Waiting, all.to_vec())];
    let expected =
        PreferencesChange { choices: vec![Choice { group: Group::Bookings, channels: vec!["mail".to_owned()] }], digest: Some(false) };
    assert_eq!(change(&before, &fewer, false), Some(expected));
}
