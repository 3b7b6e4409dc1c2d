//! JSON that keeps the order of its keys, writes whole numbers without a fraction, and puts what
//! fits on one line.

const WIDTH: usize = 120;

/// A JSON value.
#[derive(Clone, Debug)]
pub(in crate::cli) enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// An object with these keys, in this order.
pub(in crate::cli) fn object<'a>(pairs: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    Json::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// `null` where there is nothing.
pub(in crate::cli) fn maybe<T>(value: Option<T>) -> Json
where
    Json: From<T>,
{
    value.map_or(Json::Null, Json::from)
}

impl From<f64> for Json {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u8> for Json {
    fn from(number: u8) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<usize> for Json {
    fn from(number: usize) -> Self {
        Self::Number(f64::from(u32::try_from(number).unwrap_or(u32::MAX)))
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Json {
    /// The value over as many lines as it needs, ending with a line break.
    pub(in crate::cli) fn pretty(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text.push('\n');
        text
    }

    /// `depth` is how deep the value is nested; its key does not count into the width.
    fn write(&self, text: &mut String, depth: usize) {
        let line = self.line();
        let (open, close, entries): (_, _, Vec<(String, &Json)>) = match self {
            Self::List(list) => ('[', ']', list.iter().map(|v| (String::new(), v)).collect()),
            Self::Object(pairs) => {
                ('{', '}', pairs.iter().map(|(key, v)| (format!("{}: ", quoted(key)), v)).collect())
            }
            _ => return text.push_str(&line),
        };
        if depth + line.chars().count() <= WIDTH {
            return text.push_str(&line);
        }
        let indent = " ".repeat(depth + 1);
        text.push(open);
        for (nth, (key, value)) in entries.into_iter().enumerate() {
            text.push_str(if nth == 0 { "\n" } else { ",\n" });
            text.push_str(&indent);
            text.push_str(&key);
            value.write(text, depth + 1);
        }
        text.push('\n');
        text.push_str(&indent[1..]);
        text.push(close);
    }

    /// The value on one line.
    fn line(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(number) => tidy(*number).to_string(),
            Self::Text(text) => quoted(text),
            Self::List(list) => {
                format!("[{}]", list.iter().map(Self::line).collect::<Vec<_>>().join(", "))
            }
            Self::Object(pairs) => {
                let pairs = pairs.iter().map(|(key, v)| format!("{}: {}", quoted(key), v.line()));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// The number without the dust of binary fractions (17.28 rather than 17.280000000000001), and
/// without a negative zero; it moves by less than 1e-12.
fn tidy(number: f64) -> f64 {
    let rounded = (number * 1e9).round() / 1e9;
    (if (number - rounded).abs() < 1e-12 { rounded } else { number }) + 0.0
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
