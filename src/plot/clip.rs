//! Lines and areas cut where they leave a plot above or below: what is beyond an axis is not drawn on its edge.

/// The pieces of a line through points that are between two heights, each up to where it crosses one.
pub(super) fn clip_line(points: &[(f64, f64)], (top, bottom): (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let rise = to.1 - from.1;
        // Where on the way, from 0 to 1, the line comes in and goes out.
        let at = |height: f64| if rise == 0.0 { None } else { Some((height - from.1) / rise) };
        let (enter, leave) = match at(top).zip(at(bottom)) {
            Some((a, b)) => (a.min(b).max(0.0), a.max(b).min(1.0)),
            None if (top..=bottom).contains(&from.1) => (0.0, 1.0),
            None => continue,
        };
        if enter >= leave {
            continue;
        }
        let place = |part: f64| match part {
            0.0 => from,
            1.0 => to,
            _ => (from.0 + part * (to.0 - from.0), from.1 + part * rise),
        };
        match pieces.last_mut() {
            Some(piece) if enter == 0.0 && piece.last() == Some(&from) => piece.push(place(leave)),
            _ => pieces.push(vec![place(enter), place(leave)]),
        }
    }
    pieces
}

/// The part of a polygon that is between two heights (Sutherland and Hodgman 1974); empty where there is none.
pub(super) fn clip_polygon(corners: &[(f64, f64)], (top, bottom): (f64, f64)) -> Vec<(f64, f64)> {
    let below_top = cut(corners, top, |y| y >= top);
    cut(&below_top, bottom, |y| y <= bottom)
}

fn cut(corners: &[(f64, f64)], height: f64, is_inside: impl Fn(f64) -> bool) -> Vec<(f64, f64)> {
    let mut kept = Vec::with_capacity(corners.len() + 2);
    for (index, &to) in corners.iter().enumerate() {
        let from = corners[(index + corners.len() - 1) % corners.len()];
        if is_inside(from.1) != is_inside(to.1) {
            let part = (height - from.1) / (to.1 - from.1);
            kept.push((from.0 + part * (to.0 - from.0), height));
        }
        if is_inside(to.1) {
            kept.push(to);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_where_it_crosses_the_edge() {
        type Case<'a> = (&'a [(f64, f64)], &'a [&'a [(f64, f64)]]);
        let cases: [Case<'_>; 8] = [
            (&[], &[]),
            (&[(0.0, 5.0)], &[]),
            (&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)], &[&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]]),
            (&[(0.0, -10.0), (2.0, 10.0)], &[&[(1.0, 0.0), (2.0, 10.0)]]),
            (&[(0.0, 5.0), (1.0, 15.0), (2.0, 5.0)], &[&[(0.0, 5.0), (0.5, 10.0)], &[(1.5, 10.0), (2.0, 5.0)]]),
            (&[(0.0, -10.0), (4.0, 30.0)], &[&[(1.0, 0.0), (2.0, 10.0)]]),
            (&[(0.0, 11.0), (1.0, 12.0), (2.0, 11.0)], &[]),
            (&[(0.0, 12.0), (1.0, 12.0)], &[]),
        ];
        for (points, pieces) in cases {
            assert_eq!(clip_line(points, (0.0, 10.0)), pieces, "{points:?}");
        }
        assert_eq!(clip_line(&[(0.0, 10.0), (1.0, 10.0)], (0.0, 10.0)), [[(0.0, 10.0), (1.0, 10.0)]], "along the edge");
    }

    #[test]
    fn an_area_ends_where_it_crosses_the_edge() {
        let square = |low: f64, high: f64| [(0.0, low), (4.0, low), (4.0, high), (0.0, high)];
        assert_eq!(clip_polygon(&square(2.0, 6.0), (0.0, 10.0)), square(2.0, 6.0));
        assert_eq!(clip_polygon(&square(12.0, 16.0), (0.0, 10.0)), []);
        let mut cut = clip_polygon(&square(-4.0, 40.0), (0.0, 10.0));
        cut.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(cut, [(0.0, 0.0), (0.0, 10.0), (4.0, 0.0), (4.0, 10.0)]);
        let slope = clip_polygon(&[(0.0, 5.0), (2.0, 15.0), (0.0, 15.0)], (0.0, 10.0));
        assert!(
            slope.contains(&(1.0, 10.0)) && slope.contains(&(0.0, 10.0)) && slope.contains(&(0.0, 5.0)),
            "{slope:?}"
        );
        assert_eq!(clip_polygon(&[], (0.0, 10.0)), []);
    }
}
