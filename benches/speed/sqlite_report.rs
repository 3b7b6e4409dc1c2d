//! The figures of one team's report, computed by SQLite from the answers.

use std::path::Path;

use rusqlite::Connection;

/// People, rounds and questions of each team.
const PEOPLE: usize = 8;
const ROUNDS: usize = 10;
const QUESTIONS: usize = 8;

/// A table with the answers of many teams; with an index, those of a team lie side by side.
pub fn filled(folder: &Path, answers: usize, indexed: bool) -> Connection {
    let mut db = Connection::open(folder.join(format!("report-{indexed}"))).unwrap();
    db.pragma_update(None, "synchronous", "OFF").unwrap();
    let key =
        if indexed { ", primary key (team, round, who, question)) without rowid" } else { ")" };
    let table = "create table answer (team int, round int, who blob, question text, level int";
    db.execute(&format!("{table}{key}"), []).unwrap();
    let write = db.transaction().unwrap();
    let mut insert = write.prepare("insert into answer values (?, ?, ?, ?, ?)").unwrap();
    for number in 0..answers {
        let (question, rest) = (number % QUESTIONS, number / QUESTIONS);
        let (person, rest) = (rest % PEOPLE, rest / PEOPLE);
        let (round, team) = (rest % ROUNDS, rest / ROUNDS);
        let who = (team * PEOPLE + person).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
        let name = format!("skills.question-{question}");
        insert.execute((team, round, who, name, number % 6)).unwrap();
    }
    drop(insert);
    write.commit().unwrap();
    db
}

/// Means, spread and participation of a team by round and question; gives how many lines.
pub fn report(db: &Connection, team: usize) -> usize {
    let figures = "select round, question, count(distinct who), avg(level), min(level), \
                   max(level), avg(level * level) from answer where team = ? \
                   group by round, question";
    let mut select = db.prepare_cached(figures).unwrap();
    let lines = select.query_map([team], |row| row.get::<_, f64>(3)).unwrap();
    lines.filter(|level| level.as_ref().is_ok_and(|level| *level >= 0.0)).count()
}
