//! Files of registers: taken in once and by rows, told three ways, and never with an individual number.

use std::path::PathBuf;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use api::entitlements::jobs::end_unkept;
use api::registers::FileEncoding;
use api::registers::command::{export_certified, import_files, reports_text};
use api::schema::{audit_lines, events, families, idempotency_keys, known_facts, register_rows, register_runs, usages};
use api::{App, families as family_room, new_id};
use shared::access::Role;
use shared::families::{Child, NewChild};
use shared::ids::{ChildId, FamilyId};
use shared::locale::Locale;
use shared::registers::certified::Column as CertifiedColumn;
use shared::registers::residents::Column;
use shared::registers::sheet::Column as _;
use shared::registers::{Kind, RegisterReport, RowCounts, schema};
use shared::text::{Kana, PersonName, Phone};

use crate::app::{Backend, DAY, Person, SAKAIMINATO, TestApp, YONAGO, code, date};

/// A row of an extract: some columns as given, the others as usual.
pub fn row(key: &str, changed: &[(Column, &str)]) -> String {
    let usual = |column: Column| match column {
        Column::Form => Kind::Residents.form().to_owned(),
        Column::Municipality => YONAGO.to_owned(),
        Column::Key => key.to_owned(),
        Column::Household => format!("H-{key}"),
        Column::Kana => "アオイ".to_owned(),
        Column::Born => "2025/5/1".to_owned(),
        Column::Since => "2025-05-01".to_owned(),
        _ => String::new(),
    };
    let of =
        |column: &Column| changed.iter().find(|(known, _)| known == column).map_or_else(|| usual(*column), |(_, text)| (*text).to_owned());
    Column::ALL.iter().map(of).collect::<Vec<_>>().join(",")
}

pub fn file(rows: &[String]) -> String {
    let head = Column::ALL.iter().map(|column| column.header()).collect::<Vec<_>>().join(",");
    std::iter::once(head).chain(rows.iter().cloned()).collect::<Vec<_>>().join("\r\n")
}

const POOR: [(Column, &str); 3] =
    [(Column::Class1, "public_assistance"), (Column::Class1From, "2026-04-01"), (Column::Class1Until, "2027-03-31")];

async fn import(test: &TestApp, bytes: &[u8], dry_run: bool) -> RegisterReport {
    import_into(&test.app, Kind::Residents, bytes, dry_run).await
}

pub async fn import_into(app: &App, kind: Kind, bytes: &[u8], dry_run: bool) -> RegisterReport {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("register_v1.csv");
    std::fs::write(&file, bytes).unwrap();
    import_files(app, kind, &[file], dry_run).await.unwrap().remove(0)
}

/// A row of certified children: the minutes used in other cities, as this source counted them.
pub fn certified(number: &str, source: &str, until: &str, away: i64) -> String {
    let form = Kind::Certified.form();
    format!("{form},{YONAGO},{number},open_nursery,アオイ,2025-05-01,2026-11-01,{until},2026-12,0,{away},,,{source}")
}

pub fn certified_list(rows: &[String]) -> String {
    let head = CertifiedColumn::ALL.iter().map(|column| column.header()).collect::<Vec<_>>().join(",");
    std::iter::once(head).chain(rows.iter().cloned()).collect::<Vec<_>>().join("\r\n")
}

/// What the children have used of the hours of a month: in all, away, over the limit.
async fn used(test: &TestApp) -> Vec<(i64, i64, i64)> {
    test.write(|conn| Ok(usages::table.select((usages::total, usages::away, usages::over_limit)).load(conn)?)).await
}

/// Line, column and code of everything that was told.
fn told(report: &RegisterReport) -> Vec<(u64, &str, &str)> {
    let findings = report.file.findings.iter();
    findings.map(|finding| (finding.line, finding.column.as_deref().unwrap_or_default(), finding.reason.code.as_ref())).collect()
}

fn counts(read: u32, applied: u32, unchanged: u32, unregistered: u32, bad: u32) -> RowCounts {
    RowCounts { read, applied, unchanged, unregistered, bad, ..RowCounts::default() }
}

/// Rows, runs, events, audit lines, kept answers.
async fn written(test: &TestApp) -> [i64; 5] {
    test.write(|conn| {
        Ok([
            register_rows::table.count().get_result(conn)?,
            register_runs::table.count().get_result(conn)?,
            events::table.count().get_result(conn)?,
            audit_lines::table.count().get_result(conn)?,
            idempotency_keys::table.count().get_result(conn)?,
        ])
    })
    .await
}

/// How many rows and events, and what of each kind was told about these.
async fn kinds_since(test: &TestApp, before: [i64; 5]) -> Vec<String> {
    let skip = before[2];
    test.write(move |conn| {
        let all: Vec<String> = events::table.order(events::id).select(events::kind).load(conn)?;
        Ok(all.into_iter().skip(usize::try_from(skip).unwrap_or(0)).collect())
    })
    .await
}

async fn officer(test: &TestApp, city: &str) -> Person {
    test.person("Officer", Role::Officer { municipality: code(city) }).await
}

fn sent(text: &str, choices: Value) -> Value {
    json!({ "name": "residents_v1.csv", "content": STANDARD.encode(text), "choices": choices })
}

on_both! {
    async fn an_extract_proves_residences_and_sets_classes_once(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        ana.child("2025-05-01").await;
        let ben = test.guardian("Ben", SAKAIMINATO).await;
        ben.child("2025-05-01").await;
        let enrolled = [POOR[0], POOR[1], POOR[2], (Column::Enrolled, "kindergarten"), (Column::EnrolledFrom, "2026-04-01")];
        let list = file(&[row("R-1", &enrolled), row("R-2", &[(Column::Kana, "ソラ")]), row("R-3", &[(Column::Born, "いつか")])]);
        let expected = vec![(4, "生年月日", "facilities.import.date_unread")];
        let before = written(test).await;
        let dry = import(test, list.as_bytes(), true).await;
        assert_eq!((told(&dry), dry.counts, dry.run_id.is_none()), (expected.clone(), counts(3, 1, 0, 1, 1), true));
        assert_eq!(written(test).await, before, "a dry run writes nothing");
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode(&list);
        let wet = import(test, &bytes, false).await;
        assert_eq!((told(&wet), wet.counts, &wet.rows), (expected, dry.counts, &dry.rows));
        assert_eq!(kinds_since(test, before).await, ["family.residence_proven", "family.household_set", "child.enrolment_set"]);
        type Fact = (String, String, String);
        let facts = test.write(|conn| Ok(known_facts::table.order(known_facts::key).select((known_facts::key, known_facts::value, known_facts::origin)).load::<Fact>(conn)?)).await;
        let said = |key: &str, value: &str| (key.to_owned(), value.to_owned(), "register".to_owned());
        assert_eq!(facts, [said("enrolled_in", "kindergarten"), said("resident_since", "2025-05-01")]);
        let family = ana.get("/family").await.body;
        assert_eq!((family["residence_proof"]["by"].as_str(), family["household"][0]["class"].as_str()), (Some("register"), Some("public_assistance")));
        assert_eq!(ben.get("/family").await.body["residence_proof"], json!(null));
        // Again, in another encoding, and with a mark: nothing changes.
        let before = written(test).await;
        let again = import(test, format!("\u{feff}{list}").as_bytes(), false).await;
        assert_eq!((again.counts, again.rows.len()), (counts(3, 0, 1, 1, 1), 0));
        assert_eq!(written(test).await, [before[0], before[1] + 1, before[2], before[3] + 1, before[4]], "only the run itself");
        // Moving out takes the proof back, once.
        let gone = file(&[row("R-1", &[&enrolled[..], &[(Column::Until, "2026-11-20")]].concat())]);
        assert_eq!(import(test, gone.as_bytes(), false).await.counts, counts(1, 1, 0, 0, 0));
        assert_eq!(import(test, gone.as_bytes(), false).await.counts, counts(1, 0, 1, 0, 0));
        assert_eq!(ana.get("/family").await.body["residence_proof"], json!(null));
        assert_eq!(import(test, list.as_bytes(), false).await.counts, counts(3, 1, 0, 1, 1));
        let text = reports_text(&[wet], Locale::Ja);
        assert!(text.contains("市内に住民登録あり") && text.contains("3行: 反映 1"), "{text}");
    }

    async fn who_moved_away_by_the_register_is_certified_no_more(test) {
        let (ana, child, stays) = crate::entitlements::certified_with_stays(test, &[DAY, "2026-12-08"]).await;
        import(test, file(&[row("R-1", &[])]).as_bytes(), false).await;
        let gone = file(&[row("R-1", &[(Column::Until, "2026-11-20")])]);
        let before = written(test).await;
        assert_eq!(import(test, gone.as_bytes(), false).await.counts, counts(1, 1, 0, 0, 0));
        assert_eq!(kinds_since(test, before).await, ["family.moved_out", "entitlement.ended"]);
        let held = ana.get("/entitlements").await.body["items"][0].clone();
        assert_eq!((&held["valid_until"], &held["ended"]), (&json!("2026-11-20"), &json!({ "kind": "moved" })), "{held:?}");
        let ending = &held["ending"];
        assert_eq!((&ending["why"]["code"], &ending["next"]["code"]), (&json!("entitlements.ends_moved_out"), &json!("entitlements.next_name_city")));
        let fates: Vec<&str> = held["stays"].as_array().unwrap().iter().map(|stay| stay["fate"].as_str().unwrap()).collect();
        assert_eq!(fates, ["until_decided", "until_decided"], "nobody is sent away before the family could say where it lives");
        let slot = test.slot("sakai_open", "2026-12-15", ("08:30", "17:00"), (5, 5)).await;
        assert_eq!(ana.book_times(&slot, &[&child], "2026-12-15", ("09:00", "10:00")).await.code(), "bookings.not_certified");
        // On its day a stay that nobody is certified for ends without cost; the later one waits.
        test.at("2026-12-01T06:00:00+09:00");
        end_unkept(&test.app).await.unwrap();
        let state = ana.get(&format!("/bookings/{}", stays[0])).await.body["state"].clone();
        assert_eq!((&state["kind"], &state["fee_yen"]), (&json!("cancelled"), &json!(0)));
        // The family names its city: from then on it is a move as any other.
        let etag = ana.get("/family").await.etag();
        assert_eq!(ana.patch("/family", json!({ "municipality": SAKAIMINATO }), &etag).await.status, 200);
        let held = ana.get("/entitlements").await.body["items"][0].clone();
        assert_eq!((&held["valid_until"], &held["ended"]), (&json!("2026-11-20"), &json!({ "kind": "moved", "to": SAKAIMINATO })));
        assert!(held["ending"]["application_id"].is_string(), "{held:?}");
        test.prove_residence(&ana).await;
        assert_eq!(ana.apply("entry", &child, &[("enrolled_in", "none")]).await.body["state"]["kind"], "granted");
        assert_eq!(ana.get(&format!("/bookings/{}", stays[1])).await.body["state"]["kind"], "confirmed");
        assert_eq!(ana.book_times(&slot, &[&child], "2026-12-15", ("09:00", "10:00")).await.status, 201);
    }

    async fn whom_a_row_means_is_never_guessed(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let first = ana.child("2025-05-01").await;
        let rows = [row("R-1", &[]), row("R-2", &[]), row("R-1", &[(Column::Kana, "ソラ")])];
        let one = import(test, file(&rows[..2]).as_bytes(), false).await;
        assert_eq!((told(&one), one.counts), (vec![(3, "住民キー", "registers.child_has_key")], counts(2, 1, 0, 0, 1)));
        // A second child of this name: the key still says who is meant, a new key does not.
        bea.child("2025-05-01").await;
        let two = import(test, file(&rows[..2]).as_bytes(), false).await;
        assert_eq!((told(&two), two.counts), (vec![(3, "住民キー", "registers.ambiguous")], counts(2, 0, 1, 0, 1)));
        let other = import(test, file(&rows[2..]).as_bytes(), false).await;
        assert_eq!(told(&other), [(2, "住民キー", "registers.key_of_another")]);
        let linked = test.write(|conn| Ok(register_rows::table.select(register_rows::child_id).load::<String>(conn)?)).await;
        assert_eq!(linked, [first]);
    }

    async fn a_file_with_an_individual_number_is_refused_whole_and_kept_nowhere(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        ana.child("2025-05-01").await;
        let officer = officer(test, YONAGO).await;
        let before = written(test).await;
        for number in ["123456789018", "1234-5678-9018", "1234 5678 9018", "１２３４　５６７８　９０１８", "番号123456789018"] {
            for column in Column::ALL {
                let list = file(&[row("R-1", &POOR), row("R-2", &[(*column, number)])]);
                let (cp932, ..) = encoding_rs::SHIFT_JIS.encode(&list);
                for bytes in [list.as_bytes(), &cp932] {
                    let report = import(test, bytes, false).await;
                    assert_eq!((told(&report), report.counts), (vec![(3, "", "registers.individual_number")], RowCounts::default()), "{column:?}");
                    assert!(!serde_json::to_string(&report).unwrap().contains("9018"));
                }
            }
        }
        // As a header, in a column that nobody knows, in the file's name, and from an officer.
        let list = file(&[row("R-1", &[])]);
        let headed = list.replacen("\r\n", ",123456789018\r\n", 1) + ",";
        let lines: Vec<u64> = told(&import(test, headed.as_bytes(), false).await).iter().map(|(line, ..)| *line).collect();
        assert_eq!(lines, [1]);
        let more = list.replacen("\r\n", ",備考\r\n", 1) + ",1234-5678-9018";
        for path in ["/registers/preview", "/registers/runs"] {
            for body in [sent(&more, json!({})), json!({ "name": "123456789018.csv", "content": STANDARD.encode(&list) })] {
                let answer = officer.post_with_key(path, body, &new_id()).await;
                assert_eq!((answer.status.as_u16(), &answer.body["file"]["findings"][0]["code"]), (200, &json!("registers.individual_number")));
                assert!(!answer.body.to_string().contains("9018"));
            }
        }
        let looks = written(test).await[3] - before[3];
        assert_eq!(written(test).await, [before[0], before[1], before[2], before[3] + looks, before[4]]);
        let audited = test.write(|conn| Ok(audit_lines::table.select((audit_lines::subject_id, audit_lines::note)).load::<(String, Option<String>)>(conn)?)).await;
        assert!(!format!("{audited:?}").contains("9018"));
        assert_eq!((looks, ana.get("/family").await.body["residence_proof"].is_null()), (2, true));
    }

    async fn differences_are_shown_before_a_person_decides_them(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        ana.child("2025-05-01").await;
        let id = ana.get("/family").await.body["id"].as_str().unwrap().to_owned();
        let (officer, other) = (officer(test, YONAGO).await, officer(test, SAKAIMINATO).await);
        let classes = |class: &str| json!({ "classes": [{ "class": class, "valid_from": "2026-04-01" }] });
        let set = async |body: Value| {
            let request = officer.request(reqwest::Method::PUT, &format!("/families/{id}/household_classes")).json(&body);
            assert_eq!(officer.send(request).await.status, 200);
        };
        let list = file(&[row("R-1", &POOR)]);
        set(classes("single_parent")).await;
        // Both sides know something else: told, and left to a person. What the register alone knows goes in.
        let before = written(test).await;
        let seen = officer.post("/registers/preview", sent(&list, json!({}))).await;
        assert_eq!(seen.status, 200, "{:?}", seen.body);
        let told = &seen.body["rows"][0];
        assert_eq!((told["key"].as_str(), told["undecided"].as_bool(), told["child"].as_str()), (Some("R-1"), Some(true), Some("あおい")));
        let both = &told["differences"][1];
        assert_eq!((both["field"].as_str(), both["change"].as_str(), both["applied"].as_bool()), (Some("household"), Some("both"), Some(false)));
        assert_eq!(both["file"][0]["data"]["class"]["value"], "public_assistance");
        assert_eq!(both["ours"][0]["data"]["class"]["value"], "single_parent");
        assert_eq!(written(test).await, [before[0], before[1], before[2], before[3] + 1, before[4]], "only that it was looked at");
        let open = officer.post("/registers/runs", sent(&list, json!({}))).await.body;
        assert_eq!((open["counts"]["undecided"].as_u64(), open["rows"][0]["undecided"].as_bool()), (Some(1), Some(true)));
        let family = ana.get("/family").await.body;
        assert_eq!((family["residence_proof"]["by"].as_str(), family["household"][0]["class"].as_str()), (Some("register"), Some("single_parent")));
        // Ours: told as kept from now on, not asked again.
        let ours = officer.post("/registers/runs", sent(&list, json!({ "R-1": "ours" }))).await.body;
        assert_eq!(ours["counts"]["undecided"], 0);
        let kept = officer.post("/registers/preview", sent(&list, json!({}))).await.body;
        assert_eq!((kept["counts"]["kept"].as_u64(), kept["rows"][0]["differences"][0]["change"].as_str()), (Some(1), Some("ours")));
        // The file's, after all.
        let file_s = officer.post("/registers/runs", sent(&list, json!({ "R-1": "file" }))).await.body;
        assert_eq!(file_s["counts"]["applied"], 1);
        assert_eq!(ana.get("/family").await.body["household"][0]["class"], "public_assistance");
        // The runs are kept with who sent them; another city's officer sees none, and cannot send rows of this one.
        let runs = officer.get("/registers/runs").await.body["items"].clone();
        assert_eq!((runs.as_array().unwrap().len(), runs[0]["by"].as_str(), runs[0]["counts"]["applied"].as_u64()), (3, Some("Officer"), Some(1)));
        assert_eq!(runs[0]["sha256"].as_str().unwrap().len(), 64);
        assert_eq!(other.get("/registers/runs").await.body["items"], json!([]));
        let refused = other.post("/registers/runs", sent(&list, json!({}))).await.body;
        assert_eq!((refused["file"]["findings"][0]["code"].as_str(), refused["counts"]["bad"].as_u64()), (Some("registers.other_municipality"), Some(1)));
        // What is no file of ours.
        let strange = officer.post("/registers/preview", sent("a,b\n1,2", json!({}))).await.body;
        assert_eq!(strange["file"]["findings"][0]["code"], "registers.unknown_kind");
        let broken = officer.post("/registers/preview", json!({ "name": "x", "content": "?" })).await;
        assert_eq!((broken.code_number(), broken.body["errors"][0]["pointer"].as_str()), (422, Some("/content")));
        let large = "A".repeat(13 * 1024 * 1024);
        assert_eq!(officer.post("/registers/preview", json!({ "name": "x", "content": large })).await.code_number(), 413);
    }

    async fn what_was_used_elsewhere_counts_against_the_limit(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let list = certified_list(&[
            certified("=国-1", "national", "2027-03-31", 480),
            certified("国-2", "national", "2026-10-31", 0),
            certified("国-3", "national", "2027-03-31", 60).replace("open_nursery", "temporary_care"),
            certified("国-4", "national", "2027-03-31", 60).replace("アオイ", "ダレモイナイ"),
        ]);
        let expected = [(3, "有効終了日", "registers.days_turned"), (4, "認定番号", "registers.programme_unknown")];
        let dry = import_into(&test.app, Kind::Certified, list.as_bytes(), true).await;
        assert_eq!((dry.counts, used(test).await.len()), (counts(4, 1, 0, 1, 2), 0));
        let wet = import_into(&test.app, Kind::Certified, list.as_bytes(), false).await;
        let codes: Vec<&str> = wet.file.findings.iter().map(|finding| finding.reason.code.as_ref()).collect();
        assert_eq!((wet.counts, codes), (dry.counts, expected.iter().map(|(.., code)| *code).collect::<Vec<_>>()));
        assert_eq!(used(test).await, [(480, 480, 0)]);
        let again = import_into(&test.app, Kind::Certified, list.as_bytes(), false).await;
        assert_eq!((again.counts, used(test).await), (counts(4, 0, 1, 1, 2), vec![(480, 480, 0)]));
        // Two hours are left, in Sakaiminato as everywhere.
        let slot = test.slot("sakai_open", "2026-12-01", ("09:00", "15:00"), (5, 0)).await;
        assert_eq!(ana.book_times(&slot, &[&child], "2026-12-01", ("09:00", "12:00")).await.code(), "bookings.month_limit");
        assert_eq!(ana.book_times(&slot, &[&child], "2026-12-01", ("09:00", "11:00")).await.status, 201);
        // They counted more since: what is over is written as such, and nobody books any more.
        let more = certified_list(&[certified("=国-1", "national", "2027-03-31", 540)]);
        assert_eq!(import_into(&test.app, Kind::Certified, more.as_bytes(), false).await.counts, counts(1, 1, 0, 0, 0));
        assert_eq!(used(test).await, [(660, 660, 60)]);
        // And put it right again.
        assert_eq!(import_into(&test.app, Kind::Certified, certified_list(&[certified("=国-1", "national", "2027-03-31", 300)]).as_bytes(), false).await.counts.applied, 1);
        assert_eq!(used(test).await, [(420, 420, 0)]);
    }

    async fn certified_children_go_out_and_come_in_elsewhere(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let list = certified_list(&[certified("=国-1", "national", "2027-03-31", 300)]);
        import_into(&test.app, Kind::Certified, list.as_bytes(), false).await;
        let slot = test.slot("sakai_open", "2026-12-01", ("09:00", "15:00"), (5, 0)).await;
        assert_eq!(ana.book_times(&slot, &[&child], "2026-12-01", ("09:00", "11:00")).await.status, 201);
        let (officer, other) = (officer(test, YONAGO).await, officer(test, SAKAIMINATO).await);
        let answer = officer.get("/registers/certified.csv?month=2026-12").await;
        assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"certified_312029_2026-12_v1.csv\"");
        let Value::String(text) = answer.body else { panic!("no text") };
        // The number would be a formula; what is left takes account of both counts, what was used is ours alone.
        let row = "certified/1,312029,'=国-1,open_nursery,アオイ,2025-05-01,2026-11-01,2027-03-31,2026-12,0,120,180,180,localhost:0";
        assert_eq!(text.trim_start_matches('\u{feff}').split("\r\n").skip(1).collect::<Vec<_>>(), [row, ""]);
        assert!(other.get("/registers/certified.csv?month=2026-12").await.body.as_str().unwrap().lines().count() == 1);
        assert_eq!(officer.get("/registers/certified.csv?month=never").await.status, 422);
        let request = officer.request(reqwest::Method::GET, "/registers/certified.csv?month=2026-12&encoding=cp932");
        let narrow = request.send().await.unwrap().bytes().await.unwrap();
        let (told, ..) = encoding_rs::SHIFT_JIS.decode(&narrow);
        assert_eq!(told, text.trim_start_matches('\u{feff}'));
        // Our own count is not counted twice.
        let own = import_into(&test.app, Kind::Certified, &narrow, false).await;
        assert_eq!((own.counts, used(test).await), (counts(1, 0, 1, 0, 0), vec![(420, 420, 0)]));
        // In another installation it is what was used elsewhere.
        let backend = if test.app.db.is_postgres() { Backend::Postgres } else { Backend::Sqlite };
        let there = TestApp::start(backend).await.unwrap();
        let config = api::config::Config { public_url: "https://there.example/".to_owned(), ..(*there.app.config).clone() };
        let now = there.app.now();
        let app = App::new(there.app.db.clone(), config, std::sync::Arc::new(move || now));
        there.guardian("Ana", YONAGO).await.child("2025-05-01").await;
        assert_eq!(import_into(&app, Kind::Certified, text.as_bytes(), false).await.counts, counts(1, 1, 0, 0, 0));
        assert_eq!(used(&there).await, [(120, 120, 0)]);
        let month = "2026-12".parse().unwrap();
        let back = export_certified(&app, &code(YONAGO), Some(month), FileEncoding::Utf8, None).await.unwrap().unwrap();
        let back = String::from_utf8(back).unwrap();
        assert!(back.contains("'=国-1,") && back.contains("2026-12,0,0,480,480,there.example"), "{back}");
    }

    async fn ten_thousand_rows_go_in_and_every_error_is_told(test) {
        const REGISTERED: usize = 4_000;
        let now = test.app.now();
        let ids: Vec<ChildId> = test
            .write(move |conn| {
                (0..REGISTERED)
                    .map(|n| {
                        let (family, child) = (FamilyId::new(new_id()), ChildId::new(new_id()));
                        let [name, kana] = ["子".to_owned(), reading(n)];
                        let (name, kana) = (PersonName::parse(&name).unwrap(), Kana::parse(&kana).unwrap());
                        let phone = Phone::parse("0859000000").unwrap();
                        family_room::store::insert_family(conn, &family, &code(YONAGO), &name, &kana, &phone, now)?;
                        let known = NewChild {
                            name, kana, born: date("2025-05-01"), sex: None, allergies: Vec::new(), care_notes: String::new(),
                            emergency_contacts: Vec::new(), pick_up_people: Vec::new(),
                        };
                        family_room::store::insert_child(conn, &family, &Child { id: child.clone(), known, version: 1 }, now)?;
                        Ok(child)
                    })
                    .collect()
            })
            .await;
        // Of every ten rows four mean somebody, one is wrong in one of four ways, five are of people whom nobody here knows.
        let mut expected = Vec::new();
        let mut registered = 0..REGISTERED;
        let rows: Vec<String> = (0..10_000_usize)
            .map(|n| {
                let (key, line) = (format!("R-{n}"), u64::try_from(n).unwrap() + 2);
                match (n % 10, n / 10 % 4) {
                    (0..4, _) => {
                        let kana = reading(registered.next().unwrap());
                        row(&key, &[(Column::Kana, kana.as_str()), POOR[0], POOR[1], POOR[2]])
                    }
                    (4, 0) => {
                        expected.push((line, "生年月日", "facilities.import.date_unread"));
                        row(&key, &[(Column::Born, "2025-02-30")])
                    }
                    (4, 1) => {
                        expected.push((line, "住民キー", "registers.key_unread"));
                        row("鍵 1", &[(Column::Household, "H")])
                    }
                    (4, 2) => {
                        expected.push((line, "住民キー", "registers.key_twice"));
                        row("R-0", &[])
                    }
                    (4, _) => {
                        expected.push((line, "世帯区分1開始日", "registers.incomplete"));
                        row(&key, &[POOR[0]])
                    }
                    _ => row(&key, &[(Column::Kana, "ダレモイナイ")]),
                }
            })
            .collect();
        let list = file(&rows);
        let wanted = counts(10_000, 4_000, 0, 5_000, 1_000);
        let timed = Instant::now();
        let dry = import(test, list.as_bytes(), true).await;
        let looked = timed.elapsed();
        assert_eq!(dry.counts, wanted);
        assert!(told(&dry) == expected, "the report is exact");
        // The reference: as many bare inserts of the same rows, each in a transaction of its own, as many at once.
        let timed = Instant::now();
        let run = bare(test, &ids).await;
        let reference = timed.elapsed();
        let timed = Instant::now();
        let wet = import(test, list.as_bytes(), false).await;
        let taken = timed.elapsed();
        assert_eq!((wet.counts, wet.rows.len(), wet.more_rows), (wanted, 2_000, 2_000));
        assert!(told(&wet) == expected, "the report is exact");
        let proven = test.write(|conn| Ok(families::table.filter(families::residence_proof.eq("register")).count().get_result::<i64>(conn)?)).await;
        assert_eq!(proven, 4_000);
        let before = written(test).await;
        let timed = Instant::now();
        let again = import(test, list.as_bytes(), false).await;
        let second = timed.elapsed();
        assert_eq!((again.counts, again.rows.len()), (counts(10_000, 0, 4_000, 5_000, 1_000), 0));
        assert_eq!(written(test).await, [before[0], before[1] + 1, before[2], before[3] + 1, before[4]]);
        eprintln!("10,000 rows: looked at in {looked:?}, taken in in {taken:?}, again in {second:?}; {run} bare inserts in {reference:?}");
    }
}

/// A reading that no other number has.
fn reading(n: usize) -> String {
    const LETTERS: [char; 10] = ['ア', 'カ', 'サ', 'タ', 'ナ', 'ハ', 'マ', 'ヤ', 'ラ', 'ワ'];
    format!("{n:04}").chars().map(|c| LETTERS[usize::try_from(c.to_digit(10).unwrap()).unwrap()]).collect()
}

/// Inserts as many bare rows, and takes them away again.
async fn bare(test: &TestApp, ids: &[ChildId]) -> usize {
    test.write(|conn| {
        diesel::insert_into(register_runs::table)
            .values((
                register_runs::id.eq("bare"),
                register_runs::kind.eq("certified"),
                register_runs::name.eq("bare"),
                register_runs::sha256.eq(""),
                register_runs::sent_by.eq("test"),
                register_runs::started_at.eq(chrono::NaiveDateTime::default()),
                register_runs::counts.eq("{}"),
            ))
            .execute(conn)?;
        Ok(())
    })
    .await;
    let writes = ids.iter().map(|id| {
        let id = id.to_string();
        test.write(move |conn| {
            diesel::insert_into(register_rows::table)
                .values((
                    register_rows::kind.eq("certified"),
                    register_rows::municipality.eq(YONAGO),
                    register_rows::key.eq(&id),
                    register_rows::child_id.eq(&id),
                    register_rows::said.eq("{\"residence\":\"here\",\"classes\":[],\"enrolment\":null}"),
                    register_rows::run_id.eq("bare"),
                    register_rows::written_at.eq(chrono::NaiveDateTime::default()),
                ))
                .execute(conn)?;
            Ok(())
        })
    });
    let done: Vec<()> = futures_util::stream::iter(writes).buffered(32).collect().await;
    test.write(|conn| {
        diesel::delete(register_rows::table.filter(register_rows::run_id.eq("bare"))).execute(conn)?;
        diesel::delete(register_runs::table.filter(register_runs::id.eq("bare"))).execute(conn)?;
        Ok(())
    })
    .await;
    done.len()
}

#[test]
fn the_documents_of_the_files_are_those_of_the_code() {
    for kind in Kind::ALL {
        let name = schema::file_name(kind);
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi").join(&name);
        let made = serde_json::to_string_pretty(&schema::document(kind)).unwrap() + "\n";
        assert!(std::fs::read_to_string(path).unwrap_or_default() == made, "{name} is old: scripts/openapi.sh writes it");
    }
}
