//! The bytes of every stored record, held fast.
//!
//! A change here means that stores in the field can no longer be read: keep the old type, raise
//! the record's version and convert, as `src/store/records.rs` says, and add a sample of the new
//! version beside the old one.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use maturity_bot::domain::answer::{Value, YesNo};
use maturity_bot::domain::calendar::Calendar;
use maturity_bot::domain::champions::{Candidacy, Champions, Renewal, Stage};
use maturity_bot::domain::courtesy::Quiet;
use maturity_bot::domain::cron::CronExpr;
use maturity_bot::domain::ids::{Pseudonym, RoundId, TeamId};
use maturity_bot::domain::level::Pillar;
use maturity_bot::domain::message::{
    Choice, Destination, Message, MessageRef, Picture, PictureKind, Press,
};
use maturity_bot::domain::outgoing::{
    ActionLife, ActionState, Errand, Job, JobKind, OutRow, Purpose, SkippedSlot,
};
use maturity_bot::domain::person::Person;
use maturity_bot::domain::publication::Answers;
use maturity_bot::domain::round::{Answer, Round, Sitting, State, Terms};
use maturity_bot::domain::scoring::score_round;
use maturity_bot::domain::selection::PulseState;
use maturity_bot::domain::team::{Mode, Scheduled, Settings, Team, Wake};
use maturity_bot::store::codec::{self, Record};
use maturity_bot::store::entries::{
    Due, Groups, Handled, Mark, Numbering, Piece, Posted, Shred, Tally, TeamRef,
};
use maturity_bot::store::keys::hex;
use maturity_bot::store::records::TABLE;
use maturity_bot::text::content::Content;

const ROUND: RoundId = RoundId { team: TeamId(7), number: 3 };

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_800_000_000_000 + hour * 3_600_000).expect("a moment")
}

/// The record's name and version, and its bytes in hex; reading them back gives the same record.
fn golden<R: Record + PartialEq + std::fmt::Debug>(record: &R) -> String {
    let bytes = codec::encode(b"sample", record).expect("a record that fits");
    assert_eq!(&codec::decode::<R>(b"sample", &bytes).expect("a whole record"), record);
    format!("{} {}: {}", R::NAME, R::VERSION, hex(&bytes))
}

fn team() -> Team {
    let quiet = Quiet {
        from: NaiveTime::from_hms_opt(18, 0, 0).expect("a time"),
        to: NaiveTime::from_hms_opt(9, 0, 0).expect("a time"),
        calendar: Calendar {
            holidays: BTreeSet::from([NaiveDate::from_ymd_opt(2026, 12, 25).expect("a date")]),
            ..Calendar::default()
        },
    };
    let times = CronExpr::parse("0 10 * * MON#1").expect("a schedule");
    Team {
        id: TeamId(7),
        name: "Payments".to_owned(),
        place: "console:payments".into(),
        config_id: Some("payments".to_owned()),
        paused: None,
        leads: vec!["console:ann".into()],
        settings: Settings {
            zone: Tz::Europe__Berlin,
            mode: Mode::Anonymous,
            quiet,
            schedules: vec![Scheduled { preset: "quick".to_owned(), times }],
            ..Settings::usual()
        },
        rounds: 3,
        current: Some(3),
        roster_at: Some(at(0)),
        pulse: PulseState { weakest_of_cycle: Some(Pillar::Tooling), next_slot: 2 },
        accounted: Some(at(0)),
        wakes: vec![(Wake::Close, at(1)), (Wake::Schedule(0), at(2))],
    }
}

fn person() -> Person {
    Person {
        zone: Some(Tz::America__New_York),
        away_until: Some(at(3)),
        snoozed_until: Some(at(4)),
        stopped: true,
        last_unasked: NaiveDate::from_ymd_opt(2027, 1, 15),
        facing: Some(ROUND),
        sits_out: vec![ROUND],
        ..Person::new("console:ann".into(), "Ann".to_owned())
    }
}

fn round() -> Round {
    Round {
        id: ROUND,
        preset: "quick".to_owned(),
        state: State::Open,
        terms: Terms { mode: Mode::Pseudonymous, min_group: 3, early: false },
        bank: 0x0123_4567_89ab_cdef,
        questions: vec!["skills.linux".into()],
        members: 4,
        starter: Some("console:ann".into()),
        nudges: 1,
        planned: at(0),
        opened: Some(at(1)),
        closes: at(2),
        ended: None,
    }
}

fn rows() -> Vec<String> {
    let press = Press::Answer(ROUND, "skills.linux".into(), "3".to_owned());
    let choices = vec![Choice { key: "3".to_owned(), label: "Three".to_owned(), press }];
    let picture = Picture { team: TeamId(7), round: 3, kind: PictureKind::Trend };
    let (body, alt) = ("Hello".to_owned(), "A chart".to_owned());
    let say = Errand::Say(
        Destination::Person("console:ann".into()),
        Message::Picture { body, alt, picture, choices },
    );
    let update = Errand::Update(
        Destination::Place("console:payments".into()),
        MessageRef("17".to_owned()),
        Message::Text("Words".to_owned()),
    );
    let row = |errand, purpose| OutRow {
        errand,
        purpose,
        not_before: at(0),
        expires: Some(at(9)),
        attempts: 2,
        doubts: 1,
        sending: true,
    };
    vec![
        golden(&row(say, Purpose::Closing(ROUND))),
        golden(&row(Errand::LookUp("console:payments".into()), Purpose::LookUp(TeamId(7)))),
        golden(&row(update, Purpose::Opening(ROUND))),
    ]
}

fn result() -> String {
    let bank = Content::embedded().expect("content").bank;
    let label = |number: u8| Pseudonym([number; 8]);
    let answers: Answers = (1..=4).map(|number| (label(number), Value::Level(number))).collect();
    let published = [("skills.kubernetes".into(), answers)].into();
    golden(&score_round(&bank, &published, 4, 5, 3))
}

fn answers() -> Vec<String> {
    let answer = |value, before| Answer {
        value: Some(value),
        before,
        comment: Some("Words".to_owned()),
        source: Pseudonym([9; 8]),
    };
    vec![
        golden(&answer(Value::Level(3), Some(Value::DontKnow))),
        golden(&answer(Value::YesNo(YesNo::Partly), None)),
        golden(&answer(Value::checklist([0, 2]), Some(Value::Text("before".to_owned())))),
    ]
}

fn champions() -> Champions {
    let of = |pillar, stage| Candidacy { person: "console:ann".into(), pillar, stage };
    Champions(vec![
        of(Pillar::Skills, Stage::Nominated { by: vec!["console:bob".into()], since: at(0) }),
        of(Pillar::Structure, Stage::Asked { since: at(0) }),
        of(Pillar::Tooling, Stage::Accepted { term_ends: at(1), renewal: Renewal::Asked }),
        of(Pillar::Processes, Stage::Declined { until: at(2) }),
    ])
}

#[test]
fn records_keep_their_bytes() {
    let mut lines = vec![
        golden(&team()),
        golden(&person()),
        golden(&TeamRef(TeamId(7))),
        golden(&Mark),
        golden(&Handled { day: 20_701 }),
        golden(&Groups(vec!["console:leads".into()])),
        golden(&Numbering(vec!["skills.foundations.shared-lab".into()])),
        golden(&Piece(vec![1, 2, 3])),
        golden(&Tally(5)),
        golden(&round()),
        golden(&Sitting {
            current: Some("skills.linux".into()),
            taken: 4,
            last: Some("skills.spread".into()),
            skipped: vec!["skills.wish".into()],
        }),
        result(),
        golden(&champions()),
        golden(&ActionLife { state: ActionState::Done, by: "console:ann".into(), after_round: 2 }),
        golden(&Due { team: TeamId(7), wake: Wake::Nudge }),
        golden(&Job { kind: JobKind::Ask(ROUND), after: Some("console:ann".into()), except: None }),
        golden(&Posted {
            to: Destination::Place("console:payments".into()),
            reference: MessageRef("17".to_owned()),
        }),
        golden(&Shred::Round(ROUND)),
        golden(&Shred::Person(TeamId(7), "console:ann".into())),
        golden(&SkippedSlot {
            what: "quick".to_owned(),
            reason: "late".to_owned(),
            first: at(0),
            count: 2,
        }),
    ];
    lines.extend(rows());
    lines.extend(answers());
    for entry in TABLE.entries.iter().filter(|entry| entry.kind < 240) {
        let named = format!("{} {}:", entry.name, entry.version);
        assert!(lines.iter().any(|line| line.starts_with(&named)), "no sample of {named}");
    }
    insta::assert_snapshot!(lines.join("\n"));
}
