//! The procedures of the demo world, in each city, and what its children are certified for.
//!
//! Questions, rules and words are close to what cities publish. They are for demonstration and no city's own.

use chrono::NaiveDate;
use shared::applications::Days;
use shared::eligibility::{Condition, ENROLMENT, Enrolment, Test, enrolment_name};
use shared::ids::{EntitlementId, ProcedureId};
use shared::locale::Localised;
use shared::procedures::{
    Effect, FormQuestion, Keep, NoticeWords, Procedure, ProcedureKey, ProcedureTerms, Requirement, Review, Until, Validity,
};
use shared::programmes::{AnswerKind, Choice, ProgrammeKey, Question};
use shared::time::days_before;

use super::cities::{City, code};
use super::people::Household;
use super::programmes::{open_nursery, temporary_care, to_school, under};
use super::{Kind, Moment, id};
use crate::applications::store::{Numbered, next_number};
use crate::db::{AnyConnection, DbError};
use crate::entitlements::store::NewEntitlement;
use crate::{entitlements, families, procedures};

/// What 産後ケア in all its forms is certified under.
pub const POSTNATAL: &str = "postnatal_care";
/// 認定申請 of 誰でも通園
const OPEN_NURSERY: &str = "open_nursery_certification";
/// 変更申請
const OPEN_NURSERY_CHANGE: &str = "open_nursery_change";
/// 消滅
const OPEN_NURSERY_END: &str = "open_nursery_end";

/// Writes every city's procedures.
pub fn insert(conn: &mut AnyConnection, this_year: NaiveDate) -> Result<(), DbError> {
    let mut n = 0;
    for city in [City::Yonago, City::Sakaiminato] {
        for (key, name, summary, terms) in all(city) {
            n += 1;
            let procedure = Procedure {
                id: ProcedureId::new(id(Kind::Procedure, n)),
                key: ProcedureKey::new(key),
                municipality: code(city)?,
                valid_from: this_year,
                valid_until: None,
                name,
                summary,
                terms,
            };
            procedures::store::insert_procedure(conn, &procedure)?;
        }
    }
    Ok(())
}

type Shipped = (&'static str, Localised, Localised, ProcedureTerms);

fn all(city: City) -> [Shipped; 6] {
    [
        (
            OPEN_NURSERY,
            Localised::new(
                "こども誰でも通園制度 認定申請",
                "こども[誰|だれ]でも[通園|つうえん][制度|せいど]の [申|もう]し[込|こ]み",
                "Open nursery: certification",
            ),
            Localised::new(
                "生後6か月から満3歳未満のお子さんが、時間単位で通うための認定です。6か月になる60日前から申請できます。",
                "6か[月|げつ]から 3[歳|さい]になる[前|まえ]の [子|こ]どもが [使|つか]うための [申|もう]し[込|こ]みです。6か[月|げつ]になる 60[日|にち][前|まえ]から できます。",
                "Certifies children from 6 months to under 3 for care by the hour. You can apply from 60 days before.",
            ),
            certification(city),
        ),
        (
            OPEN_NURSERY_CHANGE,
            Localised::new(
                "こども誰でも通園制度 変更申請",
                "こども[誰|だれ]でも[通園|つうえん][制度|せいど]の [変更|へんこう]",
                "Open nursery: change",
            ),
            Localised::new(
                "保育所などへの入所や退所など、申請した内容が変わったときの手続きです。",
                "[保育園|ほいくえん]に [入|はい]ったときなど、[前|まえ]に [書|か]いたことが [変|か]わったときに します。",
                "For when something that you told us has changed, such as a place in a nursery.",
            ),
            ProcedureTerms {
                questions: vec![enrolment()],
                reviews: Vec::new(),
                follow_ups: vec![ProcedureKey::new(OPEN_NURSERY_END)],
                ..terms(
                    city,
                    Effect::Revise { programme: ProgrammeKey::new(open_nursery::KEY) },
                    not_enrolled(law("30条の14", "30-14")),
                    &CHANGE_WORDS,
                )
            },
        ),
        (
            OPEN_NURSERY_END,
            Localised::new(
                "こども誰でも通園制度 消滅の届出",
                "こども[誰|だれ]でも[通園|つうえん][制度|せいど]を やめる",
                "Open nursery: end",
            ),
            Localised::new(
                "認定が必要なくなったときの届出です。終了日より後の予約は、別に取り消してください。",
                "もう [使|つか]わないときに します。[終|お]わる[日|ひ]より [後|あと]の [予約|よやく]は [自分|じぶん]で [取|と]り[消|け]してください。",
                "For when the certification is not needed any more. Please cancel later bookings yourself.",
            ),
            end(city),
        ),
        (
            "fee_relief",
            Localised::new("利用料の減免申請", "お[金|かね]を [安|やす]くする [申|もう]し[込|こ]み", "Relief of fees"),
            Localised::new(
                "市町村民税の所得割額が77,101円未満の世帯は、申請した日から利用料が安くなります。",
                "[税金|ぜいきん]（[所得割|しょとくわり]）が 77,101[円|えん]より [少|すく]ない [家族|かぞく]は [安|やす]くなります。",
                "Households with less than ¥77,101 of residents' tax on income pay less from the day they apply.",
            ),
            relief(city),
        ),
        (
            "postnatal_care_use",
            Localised::new("産後ケア利用申請", "[産後|さんご]ケアの [申|もう]し[込|こ]み", "Postnatal care"),
            Localised::new(
                "出産後1年未満のお母さんと赤ちゃんが、宿泊・日帰り・訪問のケアを受けるための申請です。",
                "[赤|あか]ちゃんが [生|う]まれてから 1[年|ねん]までの [人|ひと]が [使|つか]えます。",
                "For mothers and babies within a year of birth: overnight, by the day, or at home.",
            ),
            postnatal(city),
        ),
        (
            "temporary_care_registration",
            Localised::new("一時預かり 利用登録", "[一時|いちじ][預|あず]かりの [登録|とうろく]", "Temporary care: registration"),
            Localised::new(
                "一時預かりを利用する前に、年度ごとに一度だけ行う登録です。",
                "[一時|いちじ][預|あず]かりを [使|つか]う[前|まえ]に、1[年|ねん]に 1[回|かい] します。",
                "Registers a child for temporary care, once a fiscal year.",
            ),
            registration(city),
        ),
    ]
}

fn when(test: Test, source: Option<Localised>) -> Condition {
    Condition { test, source }
}

/// An article of the statute, as Japanese and as English writes its number.
fn law(ja: &str, en: &str) -> Option<Localised> {
    Some(Localised::new(
        &format!("子ども・子育て支援法 {ja}"),
        &format!("[子|こ]ども・[子育|こそだ]て[支援法|しえんほう] {}", ja.replace('条', "[条|じょう]")),
        &format!("Child and Childcare Support Act, article {en}"),
    ))
}

/// By what a city of the demo world decides where no statute does; it is made up.
fn outline(ja: &str, easy: &str, en: &str) -> Option<Localised> {
    Some(Localised::new(&format!("{ja}（架空）"), &format!("{easy}（[作|つく]り[物|もの]）"), &format!("{en} (fictional)")))
}

/// Lives in the city that decides.
fn resident(source: Option<Localised>) -> Condition {
    when(Test::LivesIn { municipalities: Vec::new() }, source)
}

/// Not enrolled where the statute excludes it: an unlicensed facility does not.
fn not_enrolled(source: Option<Localised>) -> Condition {
    let kinds = vec![Enrolment::Nursery, Enrolment::Centre, Enrolment::Kindergarten, Enrolment::Community, Enrolment::Company];
    let enrolled = when(Test::EnrolledIn { kinds }, source);
    when(Test::Not { of: Box::new(enrolled) }, None)
}

fn both(first: Condition, second: Condition) -> Condition {
    when(Test::All { of: vec![first, second] }, None)
}

fn question(key: &str, text: Localised, answer: AnswerKind, keep: Keep) -> FormQuestion {
    FormQuestion { question: Question { key: key.to_owned(), text, answer, required: true }, hint: None, when: None, keep }
}

fn enrolment() -> FormQuestion {
    let choices = Enrolment::ALL.iter().map(|kind| Choice { key: kind.key().to_owned(), name: enrolment_name(*kind) }).collect();
    FormQuestion {
        hint: Some(Localised::new(
            "いま在籍している施設を選んでください。一時預かりだけの利用は「在籍なし」です。",
            "いま [入|はい]っている ところを [選|えら]んでください。[一時|いちじ][預|あず]かりだけなら「[入|はい]っていない」です。",
            "Where the child is enrolled now. Temporary care alone is “not enrolled”.",
        )),
        ..question(
            ENROLMENT,
            Localised::new(
                "お子さんは、いま保育所などに在籍していますか。",
                "[子|こ]どもは いま [保育園|ほいくえん]などに [入|はい]っていますか。",
                "Is the child enrolled in a nursery or the like?",
            ),
            AnswerKind::Choice { choices },
            Keep::Child,
        )
    }
}

fn true_words() -> Choice {
    Choice {
        key: "true_words".to_owned(),
        name: Localised::new("申請の内容は事実と相違ありません。", "[書|か]いたことは [本当|ほんとう]です。", "What I state is true."),
    }
}

/// Titles and bodies of a notice.
struct Words {
    granted_title: &'static str,
    granted: &'static str,
    refused_title: &'static str,
    refused: &'static str,
}

const CERTIFY_WORDS: Words = Words {
    granted_title: "乳児等支援給付認定通知書",
    granted: "申請のありました乳児等支援給付について、次のとおり認定しましたので通知します。",
    refused_title: "乳児等支援給付認定申請却下通知書",
    refused: "申請のありました乳児等支援給付について、次の理由により認定しないことに決定しましたので通知します。",
};

const CHANGE_WORDS: Words = Words {
    granted_title: "乳児等支援給付認定変更通知書",
    granted: "届出のありました内容により、認定を次のとおり変更しましたので通知します。",
    refused_title: "乳児等支援給付認定変更却下通知書",
    refused: "申請のありました変更について、次の理由により認めないことに決定しましたので通知します。",
};

const END_WORDS: Words = Words {
    granted_title: "乳児等支援給付認定消滅通知書",
    granted: "届出により、認定は次のとおり消滅しましたので通知します。",
    refused_title: "乳児等支援給付認定消滅届不受理通知書",
    refused: "届出のありました消滅について、次の理由により受理しないことに決定しましたので通知します。",
};

const RELIEF_WORDS: Words = Words {
    granted_title: "利用料減免決定通知書",
    granted: "申請のありました利用料の減免について、次のとおり決定しましたので通知します。",
    refused_title: "利用料減免却下通知書",
    refused: "申請のありました利用料の減免について、次の理由により減免しないことに決定しましたので通知します。",
};

const USE_WORDS: Words = Words {
    granted_title: "利用承認通知書",
    granted: "申請のありました利用について、次のとおり承認しましたので通知します。",
    refused_title: "利用不承認通知書",
    refused: "申請のありました利用について、次の理由により承認しないことに決定しましたので通知します。",
};

fn terms(city: City, effect: Effect, rule: Condition, words: &Words) -> ProcedureTerms {
    let (mayor, name, office) = match city {
        City::Yonago => ("米子市長", "米子市", "米子市 こども窓口（デモ） 電話 0859-00-0000"),
        City::Sakaiminato => ("境港市長", "境港市", "境港市 子育て窓口（デモ） 電話 0859-00-0001"),
    };
    ProcedureTerms {
        effect,
        questions: Vec::new(),
        attachments: Vec::new(),
        declarations: vec![true_words()],
        rule,
        reviews: Vec::new(),
        two_officers: false,
        target_days: 5,
        follow_ups: Vec::new(),
        notice: NoticeWords {
            issuer: mayor.to_owned(),
            granted_title: words.granted_title.to_owned(),
            granted: words.granted.to_owned(),
            refused_title: words.refused_title.to_owned(),
            refused: words.refused.to_owned(),
            objection: format!(
                "この決定に不服があるときは、この決定があったことを知った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます。\n\
                 この決定の取消しを求める訴えは、この決定があったことを知った日の翌日から起算して6か月以内に、{name}を被告として（{mayor}が被告の代表者となります。）提起することができます。"
            ),
            contact: office.to_owned(),
        },
    }
}

fn certification(city: City) -> ProcedureTerms {
    let validity = Validity { ages: under(6, 3), ahead_days: 60, until: Until::Age };
    let effect = Effect::Certify { programme: ProgrammeKey::new(open_nursery::KEY), validity };
    ProcedureTerms {
        questions: vec![enrolment()],
        follow_ups: vec![ProcedureKey::new(OPEN_NURSERY_CHANGE), ProcedureKey::new(OPEN_NURSERY_END)],
        ..terms(city, effect, both(resident(law("30条の15", "30-15")), not_enrolled(law("30条の14", "30-14"))), &CERTIFY_WORDS)
    }
}

fn end(city: City) -> ProcedureTerms {
    let text = Localised::new("いつまで利用しますか。", "いつまで [使|つか]いますか。", "Which is the last day?");
    let choice = |key: &str, ja, easy, en| Choice { key: key.to_owned(), name: Localised::new(ja, easy, en) };
    let why = AnswerKind::Choice {
        choices: vec![
            choice("enrolled", "保育所などに入るため", "[保育園|ほいくえん]などに [入|はい]るから", "The child goes to a nursery"),
            choice("moving", "市外へ引っ越すため", "ほかの[市|し]に [引|ひ]っ[越|こ]すから", "We move to another city"),
            choice("other", "そのほか", "そのほか", "Another reason"),
        ],
    };
    let effect = Effect::End { programme: ProgrammeKey::new(open_nursery::KEY), last_day: "last_day".to_owned() };
    ProcedureTerms {
        questions: vec![
            question("last_day", text, AnswerKind::Day, Keep::No),
            question("why", Localised::new("理由を選んでください。", "どうしてですか。", "Why?"), why, Keep::No),
        ],
        ..terms(city, effect, when(Test::All { of: Vec::new() }, law("30条の18", "30-18")), &END_WORDS)
    }
}

fn relief(city: City) -> ProcedureTerms {
    let tax = Localised::new("市町村民税の所得割額", "[税金|ぜいきん]（[所得割|しょとくわり]）の [額|がく]", "Residents' tax on income");
    let source = outline("利用料減免要綱 第2条", "お[金|かね]の きまり 2", "Outline on relief of fees, article 2");
    let rule =
        both(resident(source.clone()), when(Test::AtMost { key: "income_tax".to_owned(), yen: 77_100, name: tax.clone() }, source.clone()));
    let paper = Localised::new("課税証明書", "[税金|ぜいきん]の [証明書|しょうめいしょ]", "Tax certificate");
    let effect = Effect::Relieve {
        class: "little_income".to_owned(),
        name: Localised::new("低所得世帯", "お[金|かね]が [少|すく]ない [家族|かぞく]", "Household with little income"),
    };
    ProcedureTerms {
        questions: vec![FormQuestion {
            hint: Some(Localised::new(
                "世帯の合計です。課税証明書や税額通知書に書いてあります。",
                "[家族|かぞく]みんなの [合計|ごうけい]です。[税金|ぜいきん]の [紙|かみ]に [書|か]いてあります。",
                "For the whole household; it stands on the tax certificate.",
            )),
            ..question("income_tax", tax, AnswerKind::Yen, Keep::No)
        }],
        attachments: vec![Requirement {
            key: "tax_certificate".to_owned(),
            name: paper.clone(),
            hint: Some(Localised::new("写真でもかまいません。", "[写真|しゃしん]でも いいです。", "A photograph will do.")),
            required: true,
            when: None,
        }],
        // An amount that nobody has looked at grants nothing.
        reviews: vec![Review {
            when: when(Test::Attached { key: "tax_certificate".to_owned(), name: paper }, None),
            point: Localised::new(
                "課税証明書の金額を確認してください。",
                "[税金|ぜいきん]の [紙|かみ]の [額|がく]を [見|み]てください。",
                "Please check the amount on the tax certificate.",
            ),
        }],
        two_officers: true,
        ..terms(city, effect, rule, &RELIEF_WORDS)
    }
}

fn postnatal(city: City) -> ProcedureTerms {
    let validity = Validity { ages: under(0, 1), ahead_days: 0, until: Until::MonthsFromBirth { months: 12 } };
    let effect = Effect::Certify { programme: ProgrammeKey::new(POSTNATAL), validity };
    let source = outline("産後ケア事業実施要綱 第3条", "[産後|さんご]ケアの きまり 3", "Outline on postnatal care, article 3");
    let in_hospital = Test::Known {
        key: "in_hospital".to_owned(),
        values: vec!["no".to_owned()],
        yes: Localised::new("入院による治療は受けていません。", "[入院|にゅういん]して いません。", "Neither is in hospital."),
        no: Localised::new("入院による治療を受けています。", "[入院|にゅういん]して います。", "One of you is in hospital."),
    };
    let text = Localised::new(
        "お母さんか赤ちゃんは、いま入院していますか。",
        "お[母|かあ]さんか [赤|あか]ちゃんは いま [入院|にゅういん]していますか。",
        "Are mother or baby in hospital now?",
    );
    ProcedureTerms {
        questions: vec![question("in_hospital", text, AnswerKind::YesNo, Keep::No)],
        ..terms(city, effect, both(resident(source.clone()), when(in_hospital, source)), &USE_WORDS)
    }
}

fn registration(city: City) -> ProcedureTerms {
    let validity = Validity { ages: to_school(6), ahead_days: 60, until: Until::FiscalYear };
    let effect = Effect::Certify { programme: ProgrammeKey::new(temporary_care::KEY), validity };
    let source = outline("一時預かり事業実施要綱 第4条", "[一時|いちじ][預|あず]かりの きまり 4", "Outline on temporary care, article 4");
    let rule = both(resident(source.clone()), not_enrolled(source));
    ProcedureTerms { questions: vec![enrolment()], ..terms(city, effect, rule, &USE_WORDS) }
}

/// Certifies the children of the demo world for 誰でも通園, as far as their age allows: those who sign in and those in the background.
pub fn certify(conn: &mut AnyConnection, households: &[Household], moment: Moment) -> Result<(), DbError> {
    let ages = under(6, 3);
    let mut n = 0;
    for household in households {
        let known = families::store::list_children(conn, &household.id)?;
        for child in known {
            let since = ages.first_day(child.known.born).max(days_before(moment.today, 100));
            let until = ages.last_day(child.known.born);
            if until < since || moment.today < days_before(since, 60) {
                continue;
            }
            n += 1;
            let city = code(household.city)?;
            let held = NewEntitlement {
                id: EntitlementId::new(id(Kind::Entitlement, n)),
                number: next_number(conn, &city, Numbered::Entitlement, since)?,
                family: household.id.clone(),
                child: child.id,
                programme: ProgrammeKey::new(open_nursery::KEY),
                municipality: city,
                days: Days { from: since, until },
                application: None,
            };
            entitlements::store::insert_entitlement(conn, &held, moment.now)?;
        }
    }
    Ok(())
}
