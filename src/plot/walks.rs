//! Many lines drawn with few strokes: walks along the edges between two columns of units.

/// Where a walk comes by: a unit of the left column or of the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// A unit of the left column.
    Left(usize),
    /// A unit of the right column.
    Right(usize),
}

/// Walks that come along every edge (left unit, right unit), there and back, and along nothing else: as many walks as
/// there are pieces that hang together.
///
/// A canvas takes as long for a stroke as for dozens of its points, and paints a line that is drawn twice in one stroke
/// only once.
pub(super) fn walks(edges: &[(usize, usize)]) -> Vec<Vec<Stop>> {
    let size = |ends: fn(&(usize, usize)) -> usize| edges.iter().map(ends).max().map_or(0, |last| last + 1);
    let (left, right) = (size(|edge| edge.0), size(|edge| edge.1));
    let mut neighbours = vec![Vec::new(); left + right];
    for &(from, to) in edges {
        neighbours[from].push(left + to);
        neighbours[left + to].push(from);
    }
    let stop = |node: usize| if node < left { Stop::Left(node) } else { Stop::Right(node - left) };
    let mut is_known = vec![false; left + right];
    let mut found = Vec::new();
    for start in 0..left {
        if is_known[start] || neighbours[start].is_empty() {
            continue;
        }
        is_known[start] = true;
        let mut walk = vec![stop(start)];
        // The way from the start to where the walk is, and at each node how many of its neighbours were seen to.
        let mut way = vec![(start, 0)];
        while let Some((node, seen)) = way.last_mut() {
            let node = *node;
            let Some(&next) = neighbours[node].get(*seen) else {
                way.pop();
                walk.extend(way.last().map(|(before, _)| stop(*before)));
                continue;
            };
            *seen += 1;
            if !is_known[next] {
                is_known[next] = true;
                walk.push(stop(next));
                way.push((next, 0));
            } else if node < left {
                // An edge that closes a ring: there and back, once.
                walk.extend([stop(next), stop(node)]);
            }
        }
        found.push(walk);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn walked(edges: &[(usize, usize)]) -> (usize, BTreeSet<(usize, usize)>) {
        let walks = walks(edges);
        let mut walked = BTreeSet::new();
        for walk in &walks {
            for pair in walk.windows(2) {
                match pair {
                    [Stop::Left(left), Stop::Right(right)] | [Stop::Right(right), Stop::Left(left)] => {
                        walked.insert((*left, *right));
                    }
                    _ => panic!("{pair:?} is no edge"),
                }
            }
        }
        (walks.len(), walked)
    }

    #[test]
    fn walks_come_along_every_edge_and_no_other() {
        let full: Vec<_> = (0..5).flat_map(|from| (0..7).map(move |to| (from, to))).collect();
        let cases: [(&[(usize, usize)], usize); 6] = [
            (&[], 0),
            (&[(3, 4)], 1),
            (&[(0, 0), (1, 1)], 2),
            (&[(0, 0), (1, 1), (0, 1)], 1),
            (&[(0, 0), (0, 1), (1, 0), (1, 1), (9, 9)], 2),
            (&full, 1),
        ];
        for (edges, pieces) in cases {
            assert_eq!(walked(edges), (pieces, edges.iter().copied().collect()), "{edges:?}");
        }
    }

    #[test]
    fn a_walk_is_no_longer_than_there_and_back() {
        let full: Vec<_> = (0..16).flat_map(|from| (0..16).map(move |to| (from, to))).collect();
        // An edge may be the way to a unit and be met again from its other end, which adds at most a visit a unit.
        let points: usize = walks(&full).iter().map(Vec::len).sum();
        assert!(points <= 2 * full.len() + 2 * 32 + 1, "{points}");
    }
}
