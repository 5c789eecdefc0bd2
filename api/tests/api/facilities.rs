//! The catalogue over HTTP, and its import from published lists.

use std::path::PathBuf;

use api::facilities::import::import_facilities;
use api::schema::{events, facilities};
use api::tables::report_text;
use diesel::prelude::*;
use shared::facilities::{Encoding, ImportReport};
use shared::locale::Locale;

use crate::app::{TestApp, YONAGO};

/// Three good facilities and what cities really write: quotes with line ends inside, full width, gaps.
const LIST: &str = "全国地方公共団体コード,ID,名称,名称_カナ,種別,所在地_連結表記,緯度,経度,電話番号,収容定員,受入年齢,利用可能曜日,開始時間,終了時間,利用可能日時特記事項,一時預かりの有無\r\n\
    312029,a1,松原保育園,マツバラホイクエン,認可私立保育所,鳥取県米子市松原町1-1,35.43,133.33,(0859)00-0001,６０,０歳～５歳,月火水木金土,7:00,19:00,\"土曜は18：00まで\n祝日は休み\",有\r\n\
    312029,a2,砂浜こども園,ﾊﾏｺﾄﾞﾓｴﾝ,認定こども園（幼保連携型）,鳥取県米子市砂浜町2-2,35.45,133.31,(0859)00-0002,,生後57日から,月～金,07：30,18時30分,,無\r\n\
    312029,a3,灯台児童館,とうだいじどうかん,児童館,鳥取県米子市灯台町3-3,,,(0859)00-0003,,18歳未満,月水木金土日,,,,\r\n";

/// Writes a list to a file and imports it.
async fn import(test: &TestApp, bytes: &[u8], dry_run: bool) -> ImportReport {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("list.csv");
    std::fs::write(&file, bytes).unwrap();
    import_facilities(&test.app.db, &[file], dry_run, test.app.now()).await.unwrap()
}

fn counts(report: &ImportReport) -> [u32; 5] {
    let file = &report.files[0];
    [file.read, file.new, file.changed, file.unchanged, file.bad]
}

/// The rows with a list's identities: ID, version and when they changed last.
async fn rows(test: &TestApp) -> Vec<(String, i64, chrono::NaiveDateTime)> {
    test.write(|conn| {
        Ok(facilities::table
            .filter(facilities::source_id.like("a%"))
            .order(facilities::source_id)
            .select((facilities::source_id, facilities::version, facilities::updated_at))
            .load(conn)?)
    })
    .await
}

async fn events_of(test: &TestApp, kind: &'static str) -> i64 {
    test.write(move |conn| Ok(events::table.filter(events::kind.eq(kind)).count().get_result(conn)?)).await
}

async fn names(test: &TestApp, path: &str) -> Vec<String> {
    let answer = test.anybody().get(path).await;
    assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
    answer.body["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn importing_a_list_twice_changes_nothing_the_second_time(test) {
        assert_eq!(counts(&import(test, LIST.as_bytes(), false).await), [3, 3, 0, 0, 0]);
        let first = rows(test).await;
        test.at("2026-11-22T12:00:00+09:00");
        assert_eq!(counts(&import(test, LIST.as_bytes(), false).await), [3, 0, 0, 3, 0]);
        assert_eq!(rows(test).await, first);
        assert_eq!(events_of(test, "facility.registered").await, 3);
        assert_eq!(events_of(test, "facility.changed").await, 0);

        let changed = LIST.replace("６０", "６５");
        assert_eq!(counts(&import(test, changed.as_bytes(), false).await), [3, 0, 1, 2, 0]);
        let after = rows(test).await;
        assert_eq!(after.iter().map(|row| row.1).collect::<Vec<_>>(), [2, 1, 1]);
        assert_eq!(after[1..], first[1..]);
        assert_eq!(events_of(test, "facility.changed").await, 1);
    }

    async fn a_dry_run_tells_the_same_and_writes_nothing(test) {
        let dry = import(test, LIST.as_bytes(), true).await;
        assert!(dry.dry_run);
        assert_eq!(rows(test).await, []);
        assert_eq!(events_of(test, "facility.registered").await, 0);
        let wet = import(test, LIST.as_bytes(), false).await;
        assert_eq!(dry.files, wet.files);
        assert!(report_text(&dry, Locale::En).contains("nothing was written"));
    }

    async fn a_bad_record_is_listed_and_the_good_ones_go_in(test) {
        let list = LIST.replace("312029,a2", "312028,a2") + "312029,,名無し園,,,,,,,,,,,,,\r\n312029,a1,松原保育園,,,,,,,,,,,,,\r\n";
        let report = import(test, list.as_bytes(), false).await;
        assert_eq!(counts(&report), [5, 2, 0, 0, 3]);
        assert!(!report.is_clean());
        let errors: Vec<_> = report.files[0]
            .findings
            .iter()
            .filter(|finding| finding.severity == shared::facilities::Severity::Error)
            .map(|finding| (finding.line, finding.column.as_deref().unwrap_or_default(), finding.reason.code.as_ref()))
            .collect();
        assert_eq!(
            errors,
            [
                (4, "全国地方公共団体コード", "municipalities.code_check_digit"),
                (6, "ID", "facilities.import.value_missing"),
                (7, "ID", "facilities.import.id_twice"),
            ]
        );
        assert_eq!(rows(test).await.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["a1", "a3"]);
        assert!(report_text(&report, Locale::Ja).contains("市町村コードの検査数字が合いません。"));
    }

    async fn a_list_in_the_encoding_of_windows_is_the_same_list(test) {
        let (bytes, _, lossy) = encoding_rs::SHIFT_JIS.encode(LIST);
        assert!(!lossy);
        let report = import(test, &bytes, false).await;
        assert_eq!((counts(&report), report.files[0].encoding), ([3, 3, 0, 0, 0], Some(Encoding::Cp932)));
        let utf8 = import(test, LIST.as_bytes(), false).await;
        assert_eq!((counts(&utf8), utf8.files[0].encoding), ([3, 0, 0, 3, 0], Some(Encoding::Utf8)));
        let broken = import(test, b"\xFF\xFE", false).await;
        assert_eq!(broken.files[0].findings[0].reason.code, "facilities.import.not_text");
    }

    async fn a_facility_says_what_was_published_and_what_was_understood(test) {
        import(test, LIST.as_bytes(), false).await;
        let listed = test.anybody().get(&format!("/facilities?municipality={YONAGO}&q=まつばら")).await;
        let id = listed.body["items"][0]["id"].as_str().unwrap();
        let facility = test.anybody().get(&format!("/facilities/{id}")).await.body;
        assert_eq!(facility["name"], "松原保育園");
        assert_eq!(facility["fictional"], false);
        assert_eq!(facility["kind"], "licensed_nursery");
        assert_eq!(facility["capacity"], 60);
        assert_eq!(facility["contact"]["phone"], "0859-00-0001");
        assert_eq!(facility["ages"]["range"]["until"], serde_json::json!({ "kind": "through", "years": 5 }));
        assert_eq!(facility["ages"]["text"], "０歳～５歳");
        assert_eq!(facility["opening"]["weekdays"], serde_json::json!(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]));
        assert_eq!(facility["opening"]["opens_at"], "07:00:00");
        assert_eq!(facility["opening"]["notes"], "土曜は18：00まで\n祝日は休み");
        assert_eq!(facility["care"]["temporary"], true);
        let offering = test.anybody().get("/facilities/sakai").await.body;
        let offered = serde_json::json!([{ "key": "open_nursery", "interview": false }, { "key": "temporary_care", "interview": false }]);
        assert_eq!((&offering["fictional"], &offering["programmes"]), (&true.into(), &offered));
        assert_eq!(test.anybody().get("/facilities/nobody").await.code_number(), 404);
    }

    async fn the_catalogue_is_searched_by_word_city_programme_and_distance(test) {
        import(test, LIST.as_bytes(), false).await;
        assert_eq!(names(test, "/facilities?q=ﾏﾂﾊﾞﾗ").await, ["松原保育園"]);
        assert_eq!(names(test, "/facilities?q=米子市　トウダイ").await, ["灯台児童館"]);
        assert_eq!(names(test, "/facilities?q=松原 灯台").await, [""; 0]);
        assert_eq!(names(test, "/facilities?programme=open_nursery").await.len(), 2);
        assert_eq!(names(test, "/facilities?programme=open_nursery&municipality=312045").await, ["sakai園"]);
        let city = names(test, "/facilities?municipality=312029").await;
        let near = names(test, "/facilities?municipality=312029&near=35.43,133.33").await;
        assert_eq!((city.len(), near.len()), (4, 4));
        // What has no position comes last, not never.
        assert_eq!((near[0].as_str(), near[1].as_str(), near[3].as_str()), ("松原保育園", "砂浜こども園", "灯台児童館"));
        for (start, whole) in [("/facilities?municipality=312029&limit=1", city), ("/facilities?municipality=312029&limit=1&near=35.43,133.33", near)] {
            let (mut walked, mut path) = (Vec::new(), start.to_owned());
            for _ in 0..whole.len() {
                let page = test.anybody().get(&path).await;
                walked.push(page.body["items"][0]["name"].as_str().unwrap().to_owned());
                path = format!("{start}&cursor={}", page.body["next_cursor"].as_str().unwrap_or_default());
            }
            assert_eq!(walked, whole, "{start}");
        }
        for wrong in ["limit=0", "limit=201", "near=here", "near=91,0", "cursor=x", "municipality=312028", "q=%00"] {
            let answer = test.anybody().get(&format!("/facilities?{wrong}")).await;
            assert_eq!(answer.code_number(), 422, "{wrong}: {:?}", answer.body);
            let parameter = wrong.split('=').next().unwrap();
            assert_eq!(answer.body["errors"][0]["pointer"], format!("/{parameter}"));
        }
        for wrong in ["/facilities?programme=%00", "/facilities/%00"] {
            let answer = test.anybody().get(wrong).await;
            assert!(answer.code_number() < 500, "{wrong}: {:?}", answer.body);
        }
    }

    async fn the_holidays_of_the_years_in_a_file_are_exactly_those_of_the_file(test) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("holidays.csv");
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("国民の祝日・休日月日,国民の祝日・休日名称\r\n2026/9/21,敬老の日\r\n2026/9/22,休日\r\n2026/9/23,秋分の日\r\n");
        std::fs::write(&file, &bytes).unwrap();
        let counts = api::calendar::import_holidays(&test.app.db, &file).await.unwrap();
        assert_eq!((counts.new, counts.changed, counts.unchanged, counts.removed), (3, 0, 0, 0));
        std::fs::write(&file, "月日,名称\n2026/9/21,敬老の日\n2026/9/22,国民の休日\n").unwrap();
        let counts = api::calendar::import_holidays(&test.app.db, &file).await.unwrap();
        assert_eq!((counts.new, counts.changed, counts.unchanged, counts.removed), (0, 1, 1, 1));
        std::fs::write(&file, "月日,名称\n2026/9/21,敬老の日\n2026/9/31,無い日\n").unwrap();
        assert!(api::calendar::import_holidays(&test.app.db, &file).await.is_err());
        let (from, to) = ("2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap());
        let held = test.write(move |conn| api::municipalities::store::list_holidays(conn, from, to)).await;
        assert_eq!(held.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["敬老の日", "国民の休日"]);
    }
}
