//! Once only: over a family's whole life, from registering to 産後ケア, through both cities and the shipped procedures, it is asked nothing
//! that it has told before.
//!
//! The family sends what a face would ask: the fields of each form, and of an application exactly the questions in `outlook.ask`, one by one.
//! Every value that a person types is written down with whom or what it is of; [`repeated`] says which of them told something again.

use std::collections::BTreeSet;

use api::demo;
use api::schema::procedures;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Person, SAKAIMINATO, TestApp, YONAGO};

/// What one taps in a list of the page, or agrees to: it tells nothing of oneself. Declarations are counted apart.
const TAPPED: [&str; 10] =
    ["slot_id", "child_ids", "starts_at", "ends_at", "extras", "consent", "procedure", "child_id", "declared", "locale"];
const BORN: &str = "2026-03-10";
const PHONE: &str = "0859112233";

/// A value that a person had to give.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Typed {
    /// Of whom: the guardian, a child, or one stay.
    of: String,
    key: String,
    value: String,
    /// The keys of the choices, where it was one of several.
    choices: BTreeSet<String>,
}

impl Typed {
    /// The rule of counting. Something is told again when the same key is asked of the same child, guardian or stay; when the same words,
    /// number or day are given under whatever key; and when there is the same choice to make of the same child under another key. A yes, and
    /// words too short to mean something by themselves, are equal by chance.
    fn tells_again(&self, before: &Self) -> bool {
        let same_words = self.choices.is_empty() && 4 <= self.value.chars().count() && self.value == before.value;
        let same_choice = !self.choices.is_empty() && self.choices == before.choices;
        same_words || (self.of == before.of && (self.key == before.key || same_choice))
    }
}

/// The keys of what was told again.
fn repeated(typed: &[Typed]) -> Vec<&str> {
    let again = |(n, one): &(usize, &Typed)| typed[..*n].iter().any(|before| one.tells_again(before));
    typed.iter().enumerate().filter(again).map(|(_, one)| one.key.as_str()).collect()
}

/// A family that writes down whatever it types.
struct Life {
    person: Person,
    typed: Vec<Typed>,
    declared: usize,
}

impl Life {
    /// Sends a form and writes down every value in it.
    async fn send(&mut self, of: &str, path: &str, body: Value, questions: &[Value]) -> Answer {
        self.write_down(of, "", &body, questions);
        let answer = self.person.post(path, body).await;
        assert_eq!(answer.status, 201, "{path}: {:?}", answer.body);
        answer
    }

    fn write_down(&mut self, of: &str, key: &str, value: &Value, questions: &[Value]) {
        match value {
            Value::Object(fields) if fields.contains_key("key") && fields.contains_key("value") => {
                self.write_down(of, fields["key"].as_str().unwrap(), &fields["value"], questions);
            }
            Value::Object(fields) => {
                for (name, value) in fields.iter().filter(|(name, _)| !TAPPED.contains(&name.as_str())) {
                    let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                    self.write_down(of, &key, value, questions);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.write_down(of, key, item, questions)),
            _ => {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let choices = questions.iter().find(|asked| asked["key"] == key).map(|asked| choices(&asked["answer"]));
                self.typed.push(Typed { of: of.to_owned(), key: key.to_owned(), value, choices: choices.unwrap_or_default() });
            }
        }
    }

    /// Registers a guardian and a baby, and proves the residence at the counter, where an officer types.
    async fn begin(test: &TestApp, mail: &str) -> (Self, String) {
        let mut life = Self { person: test.anybody(), typed: Vec::new(), declared: 0 };
        let guardian = json!({
            "email": mail, "password": "correct horse battery staple", "name": "弓浜 はな", "kana": "ゆみはま はな", "phone": PHONE,
            "municipality": YONAGO, "locale": "ja",
        });
        let answer = life.send("guardian", "/auth/register", guardian, &[]).await;
        life.person = life.person.keeping(&answer);
        let child = json!({ "name": "弓浜 みなと", "kana": "ゆみはま みなと", "born": BORN, "allergies": [{ "name": "鶏卵" }] });
        // A child has no id before it is registered: its facts are its own all the same.
        let answer = life.send("child", "/children", child, &[]).await;
        test.prove_residence(&life.person).await;
        (life, answer.body["id"].as_str().unwrap().to_owned())
    }

    /// Applies for a child as the app does: what is known is there already, and each question that is left is a page of its own.
    async fn apply(&mut self, procedure: &str, child: &str) {
        let mut now = self.person.post("/applications", json!({ "procedure": procedure, "child_id": child })).await;
        assert_eq!(now.status, 201, "{procedure}: {:?}", now.body);
        let path = format!("/applications/{}", now.body["id"].as_str().unwrap());
        while let Some(key) = now.body["outlook"]["ask"][0].as_str().map(str::to_owned) {
            let questions = now.body["procedure"]["terms"]["questions"].as_array().unwrap();
            let asked = questions.iter().find(|question| question["key"] == key).unwrap();
            let typed = Typed { of: "child".to_owned(), value: truth(&asked["answer"]), choices: choices(&asked["answer"]), key };
            let change = json!({ "answers": [{ "key": typed.key, "value": typed.value }] });
            self.typed.push(typed);
            let etag = now.etag();
            now = self.person.patch(&path, change, &etag).await;
            assert_eq!(now.status, 200, "{procedure}: {:?}", now.body);
        }
        let declared: Vec<Value> =
            now.body["procedure"]["terms"]["declarations"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
        self.declared += declared.len();
        let etag = now.etag();
        now = self.person.patch(&path, json!({ "declared": declared }), &etag).await;
        let sent = self.person.send(self.person.request(Method::POST, &format!("{path}/submit")).header("if-match", now.etag())).await;
        assert_eq!(sent.body["state"]["kind"], "granted", "{procedure}: {:?}", sent.body);
    }

    /// Books the first stay in a city that is to be had, with all that the programme asks of a stay.
    async fn book(&mut self, child: &str, (programme, city, months): (&str, &str, u32), how: &str) {
        let path = format!("/slots?programme={programme}&municipality={city}&age_months={months}&residence={YONAGO}&limit=200");
        let found = self.person.get(&path).await;
        let items = found.body["items"].as_array().unwrap();
        let is_free = |place: &&Value| {
            place["bookable"] == true && place["interview"] == false && 1 <= place["openings"][0]["places_left"].as_i64().unwrap_or(0)
        };
        let place = items.iter().find(is_free).unwrap_or_else(|| panic!("no place for {programme} in {city}: {items:?}"));
        let (slot, opening) = (place["slot_id"].as_str().unwrap(), &place["openings"][0]);
        let terms = self.person.get(&format!("/slots/{slot}")).await.body["terms"].clone();
        let list = |name: &str| terms[name].as_array().cloned().unwrap_or_default();
        let told = |question: &Value| match question["answer"]["kind"].as_str() {
            Some("text") => how.to_owned(),
            _ => truth(&question["answer"]),
        };
        let mut questions = list("questions");
        let answers: Vec<Value> = questions.iter().map(|asked| json!({ "key": asked["key"], "value": told(asked) })).collect();
        // A block as it is, of anything else the first hour.
        let starts_at: DateTime<Utc> = opening["starts_at"].as_str().unwrap().parse().unwrap();
        let ends_at = if opening["block"].is_string() { opening["ends_at"].clone() } else { json!(starts_at + TimeDelta::hours(1)) };
        let mut body = json!({
            "slot_id": slot, "child_ids": [child], "starts_at": starts_at, "ends_at": ends_at, "answers": answers,
        });
        if let Some(reason) = list("reasons").last() {
            body["reason"] = reason["key"].clone();
            questions.push(json!({ "key": "reason", "answer": { "kind": "choice", "choices": list("reasons") } }));
        }
        self.send(&format!("stay {slot}"), "/bookings", body, &questions).await;
    }
}

fn choices(answer: &Value) -> BTreeSet<String> {
    answer["choices"].as_array().into_iter().flatten().map(|choice| choice["key"].as_str().unwrap().to_owned()).collect()
}

/// What is true of this family.
fn truth(answer: &Value) -> String {
    let of_choice = || {
        let all = answer["choices"].as_array().unwrap();
        all.iter().find(|choice| choice["key"] == "none").unwrap_or(&all[0])["key"].as_str().unwrap().to_owned()
    };
    match answer["kind"].as_str().unwrap() {
        "choice" => of_choice(),
        "yes_no" => "no".to_owned(),
        "day" => BORN.to_owned(),
        "text" => PHONE.to_owned(),
        kind => panic!("nobody knows an answer of the kind {kind}"),
    }
}

/// The whole life.
async fn live(test: &TestApp, mail: &str) -> Life {
    let (mut life, child) = Life::begin(test, mail).await;
    life.apply("temporary_care_registration", &child).await;
    life.book(&child, ("temporary_care", YONAGO, 8), "ゆうべは8時間ねました").await;
    life.apply("open_nursery_certification", &child).await;
    life.book(&child, ("open_nursery", SAKAIMINATO, 8), "朝ごはんを半分食べました").await;
    life.apply("postnatal_care_use", &child).await;
    life
}

/// Changes a procedure of Yonago where it stands.
async fn change(test: &TestApp, key: &'static str, with: fn(&mut Value)) {
    test.write(move |conn| {
        let mine = procedures::table.filter(procedures::municipality.eq(YONAGO)).filter(procedures::key.eq(key));
        let (id, terms): (String, String) = mine.select((procedures::id, procedures::terms)).first(conn)?;
        let mut terms: Value = serde_json::from_str(&terms).unwrap();
        with(&mut terms);
        diesel::update(procedures::table.filter(procedures::id.eq(id))).set(procedures::terms.eq(terms.to_string())).execute(conn)?;
        Ok(())
    })
    .await;
}

on_both! {
    over start_empty;

    async fn a_whole_life_tells_nothing_twice_and_a_procedure_that_asks_again_is_noticed(test) {
        demo::load_when_empty(&test.app).await.unwrap();
        let life = live(test, "hana@example.jp").await;
        assert_eq!(repeated(&life.typed), Vec::<&str>::new(), "{:?}", life.typed);
        let of_application: Vec<&str> =
            life.typed.iter().filter(|typed| typed.of == "child" && (!typed.choices.is_empty() || typed.key == "in_hospital")).map(|typed| typed.key.as_str()).collect();
        assert_eq!(of_application, ["enrolled_in", "in_hospital"], "three applications, two questions");
        assert!(life.typed.len() < 25, "{} values are typed: {:?}", life.typed.len(), life.typed);
        assert_eq!(life.declared, 3, "each application is declared true");

        // The control: an answer that is not kept is asked again, and seen.
        change(test, "temporary_care_registration", |terms| terms["questions"][0]["keep"] = json!("no")).await;
        assert_eq!(repeated(&live(test, "mina@example.jp").await.typed), ["enrolled_in"]);
        // The same: known things under other keys.
        change(test, "temporary_care_registration", |terms| terms["questions"][0]["keep"] = json!("child")).await;
        change(test, "postnatal_care_use", |terms| {
            let text = json!({ "ja": "問い", "easy": "[問|と]い", "en": "Question" });
            let ask = |key: &str, answer: Value| json!({ "key": key, "text": text, "required": true, "answer": answer });
            let kinds = ["nursery", "centre", "kindergarten", "community", "company", "unlicensed", "none"];
            let choices: Vec<Value> = kinds.iter().map(|kind| json!({ "key": kind, "name": text })).collect();
            terms["questions"] = json!([
                ask("where_by_day", json!({ "kind": "choice", "choices": choices })),
                ask("birthday", json!({ "kind": "day" })),
                ask("call", json!({ "kind": "text" })),
            ]);
            terms["rule"] = json!({ "kind": "all", "of": [] });
        })
        .await;
        assert_eq!(repeated(&live(test, "yuki@example.jp").await.typed), ["where_by_day", "birthday", "call"]);
    }
}
