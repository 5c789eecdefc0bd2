//! Open data: files under stable addresses that anybody reads, and that come back unchanged.

use api::demo;
use api::facilities::import::{import_facilities, read_list};
use reqwest::Method;
use serde_json::Value;

use crate::app::{Answer, Person, SAKAIMINATO, YONAGO};

async fn open(person: &Person, path: &str) -> Answer {
    // Beside the API.
    person.send(person.beside(Method::GET, path)).await
}

async fn text(person: &Person, path: &str) -> String {
    person.beside(Method::GET, path).send().await.unwrap().text().await.unwrap()
}

on_both! { over start_empty;
    async fn the_exported_list_comes_back_unchanged(test) {
        demo::load_when_empty(&test.app).await.unwrap();
        let anybody = test.anybody();
        let folder = tempfile::tempdir().unwrap();
        for (city, count) in [(YONAGO, 15), (SAKAIMINATO, 9)] {
            let path = format!("/open-data/{city}/facilities.csv");
            let written = text(&anybody, &path).await;
            let (report, listings) = read_list("x.csv", written.as_bytes());
            assert_eq!((report.read, report.bad, listings.len()), (count, 0, usize::try_from(count).unwrap()));
            let file = folder.path().join(format!("{city}.csv"));
            std::fs::write(&file, &written).unwrap();
            let report = import_facilities(&test.app.db, &[file], false, test.app.now()).await.unwrap();
            let report = &report.files[0];
            assert_eq!((report.new, report.changed, report.unchanged), (0, 0, count), "{report:?}");
            assert_eq!(text(&anybody, &path).await, written);
        }
    }

    async fn a_file_that_is_known_is_not_sent_again_and_may_be_read_by_any_page(test) {
        demo::load_when_empty(&test.app).await.unwrap();
        let anybody = test.anybody();
        for (file, media_type) in [
            ("facilities.csv", "text/csv; charset=utf-8"),
            ("facilities.json", "application/json"),
            ("facilities.geojson", "application/geo+json"),
            ("figures.csv", "text/csv; charset=utf-8"),
            ("figures.json", "application/json"),
            ("free-places.csv", "text/csv; charset=utf-8"),
            ("free-places.json", "application/json"),
        ] {
            let path = format!("/open-data/{YONAGO}/{file}");
            let answer = open(&anybody, &path).await;
            assert_eq!((answer.code_number(), answer.headers["content-type"].to_str().unwrap()), (200, media_type), "{file}");
            assert_eq!(answer.headers["cache-control"], "public, max-age=3600");
            assert_eq!(answer.headers["access-control-allow-origin"], "*");
            let again = anybody.send(anybody.beside(Method::GET, &path).header("if-none-match", answer.etag())).await;
            assert_eq!(again.code_number(), 304, "{file}");
        }
        for path in ["/open-data/312029/facilities.xlsx", "/open-data/313840/facilities.csv", "/open-data/nowhere/facilities.csv", "/open-data/312029"] {
            assert_eq!(open(&anybody, path).await.code_number(), 404, "{path}");
        }
    }

    async fn the_catalogue_leads_to_files_that_are_there(test) {
        demo::load_when_empty(&test.app).await.unwrap();
        let anybody = test.anybody();
        let catalogue = open(&anybody, "/open-data/catalog.jsonld").await;
        assert_eq!(catalogue.headers["content-type"], "application/ld+json");
        let datasets = catalogue.body["dcat:dataset"].as_array().unwrap();
        assert_eq!(datasets.len(), 6);
        let site = &test.app.config.public_url;
        let mut files = 0;
        for file in datasets.iter().flat_map(|dataset| dataset["dcat:distribution"].as_array().unwrap()) {
            let path = file["dcat:downloadURL"]["@id"].as_str().unwrap().strip_prefix(site.as_str()).unwrap();
            let answer = open(&anybody, path).await;
            let media_type = answer.headers["content-type"].to_str().unwrap().split(';').next().unwrap().to_owned();
            assert_eq!((answer.code_number(), media_type.as_str()), (200, file["dcat:mediaType"].as_str().unwrap()), "{path}");
            files += 1;
        }
        assert_eq!(files, 14);
        let page = text(&anybody, "/open-data").await;
        assert!(page.contains("/open-data/312045/free-places.csv") && page.contains("CC BY 4.0"), "{page}");
    }

    async fn figures_are_the_cells_that_officers_see_and_hidden_ones_are_empty(test) {
        demo::load_when_empty(&test.app).await.unwrap();
        let rows: Value = open(&test.anybody(), &format!("/open-data/{YONAGO}/figures.json")).await.body;
        let rows = rows.as_array().unwrap();
        assert!(rows.len() > 5000, "{}", rows.len());
        for row in rows {
            let is_of_people = !["offered", "free"].contains(&row["指標コード"].as_str().unwrap());
            match row["件数"].as_i64() {
                Some(count) => assert!(row["秘匿"] == 0 && (count == 0 || count >= 5 || !is_of_people), "{row}"),
                None => assert!(row["秘匿"] == 1 && row["合計"].is_null(), "{row}"),
            }
        }
        assert!(rows.iter().any(|row| row["秘匿"] == 1));
        let officer = test.officer(YONAGO).await;
        let told = officer.get("/figures?by=facility").await.body;
        let last = told["months"].as_array().unwrap().last().unwrap().clone();
        let stays = told["tables"].as_array().unwrap().iter().find(|table| table["measure"] == "stays" && table["view"] == "all").unwrap();
        let count = stays["rows"][0]["months"].as_array().unwrap().last().unwrap()["count"].clone();
        let same = rows.iter().find(|row| row["年月"] == last && row["指標コード"] == "stays" && row["区分コード"] == "all").unwrap();
        assert_eq!(same["件数"], count);
    }
}
