//! Numbers as comma-separated values (RFC 4180), which spreadsheets and programs read.

use super::number;

/// A table as text: a line of heads, then a line a row, each ended by CR LF.
///
/// `heads` are those of all columns, that of the rows' own heads first. Numbers keep every digit, in the form of
/// [`number::exact`], in the columns `counts` (from 0) without a fraction; where nothing was measured the field is empty.
pub fn to_csv(heads: &[&str], rows: &[(String, Vec<Option<f64>>)], counts: &[usize]) -> String {
    let mut text = String::new();
    push_line(&mut text, heads.iter().map(|head| quoted(head)));
    for (head, cells) in rows {
        let number = |(column, cell): (usize, &Option<f64>)| {
            let exact = cell.map(number::exact).unwrap_or_default();
            if counts.contains(&column) { exact.trim_end_matches(".0").to_owned() } else { exact }
        };
        let numbers = cells.iter().enumerate().map(number);
        push_line(&mut text, std::iter::once(quoted(head)).chain(numbers));
    }
    text
}

/// Adds a line of fields.
pub(super) fn push_line(text: &mut String, fields: impl Iterator<Item = String>) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&field);
    }
    text.push_str("\r\n");
}

/// A field as it is, or in quotation marks if it could be taken for more than one.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_only_where_they_must_be() {
        let cases = [
            ("", ""),
            ("layer 1", "layer 1"),
            ("‖∂L/∂z‖", "‖∂L/∂z‖"),
            ("1,000", "\"1,000\""),
            ("the \"loss\"", "\"the \"\"loss\"\"\""),
            ("\"", "\"\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("two\r\nlines", "\"two\r\nlines\""),
        ];
        for (field, text) in cases {
            assert_eq!(quoted(field), text, "{field:?}");
        }
    }

    #[test]
    fn tables_become_lines() {
        let row = |head: &str, cells: &[Option<f64>]| (head.to_owned(), cells.to_vec());
        let cases = [
            (vec!["layer"], vec![], "layer\r\n"),
            (vec!["step", "loss"], vec![row("1,000", &[Some(0.1)])], "step,loss\r\n\"1,000\",0.1\r\n"),
            (
                vec!["layer", "a", "b"],
                vec![row("1", &[Some(1.0 / 3.0), None]), row("out", &[Some(2.5e-63), Some(f64::NAN)])],
                "layer,a,b\r\n1,0.3333333333333333,\r\nout,2.5e-63,NaN\r\n",
            ),
            (vec!["step", "a"], vec![row("0", &[Some(f64::NEG_INFINITY)])], "step,a\r\n0,-Infinity\r\n"),
        ];
        for (heads, rows, text) in cases {
            assert_eq!(to_csv(&heads, &rows, &[]), text);
        }
        let rows = [row("1", &[Some(16.0), Some(0.5), Some(10.0)])];
        assert_eq!(to_csv(&["bin", "numbers", "a", "b"], &rows, &[0]), "bin,numbers,a,b\r\n1,16,0.5,10.0\r\n");
    }
}
