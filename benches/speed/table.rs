//! The one table that is printed.

/// What a figure has to be.
#[derive(Clone, Copy)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Shown for comparison.
    None,
}

/// Rows in the order in which they were measured.
pub struct Table(Vec<[String; 4]>);

impl Table {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    pub fn add(&mut self, what: impl Into<String>, figure: f64, unit: &str, target: Target) {
        let (wish, reached) = match target {
            Target::AtLeast(least) => (format!("≥ {least}"), figure >= least),
            Target::AtMost(most) => (format!("≤ {most}"), figure <= most),
            Target::None => (String::new(), true),
        };
        let verdict = match target {
            Target::None => "",
            _ if reached => "reached",
            _ => "MISSED",
        };
        let row = [what.into(), format!("{figure:.2} {unit}"), wish, verdict.to_owned()];
        eprintln!("  {}", row.join("  "));
        self.0.push(row);
    }

    pub fn print(&self) {
        println!("{:<66} {:>16}  {:<8} ", "what", "measured", "target");
        for [what, figure, wish, verdict] in &self.0 {
            println!("{what:<66} {figure:>16}  {wish:<8} {verdict}");
        }
    }
}

/// The middle of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
