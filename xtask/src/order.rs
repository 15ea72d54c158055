//! The functions of a module in an order that gzip makes the most of.
//!
//! gzip finds what repeats within the last 32 kB, and the many copies that generic code is made into stand far apart in
//! what the linker writes. Next to each other they take a twentieth less.
//!
//! wasm-opt can sort functions by their names, so they are given numbers for names here: along a chain in which each is
//! followed by the one, of those that are left, that shares most of its bytes. Candidates are found by the least hashes of
//! their pieces (Broder 1997, *On the resemblance and containment of documents*), which alike functions often share.

use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The length of the pieces by which functions are compared, in bytes: about two instructions.
const PIECE: usize = 4;

/// Least hashes of a function, each by another hash.
const HASHES: usize = 24;

/// Candidates that are compared closely, those with the most hashes in common.
const CANDIDATES: usize = 20;

/// The module with a number as every function's name, in which `wasm-opt --reorder-functions-by-name` is to put them.
///
/// # Errors
/// If it is no module.
pub fn named_by_likeness(module: &[u8]) -> Result<Vec<u8>> {
    let mut reader = Reader { bytes: module, at: 8 };
    ensure!(module.starts_with(b"\0asm"), "this is no WebAssembly module");
    let (mut imported, mut bodies) = (0, Vec::new());
    let mut kept = module[..8].to_vec();
    while reader.at < module.len() {
        let start = reader.at;
        let id = reader.byte()?;
        let size = reader.number()?;
        let content = reader.take(size)?;
        match id {
            2 => imported = imported_functions(content)?,
            10 => bodies = function_bodies(content)?,
            _ => {}
        }
        let is_names = id == 0 && content.starts_with(b"\x04name");
        if !is_names {
            kept.extend(&module[start..reader.at]);
        }
    }
    let mut names = Vec::new();
    let chain = chain(&bodies);
    write_number(&mut names, chain.len());
    let mut ranks: Vec<(usize, usize)> = chain.into_iter().enumerate().map(|(rank, index)| (index, rank)).collect();
    ranks.sort_unstable();
    for (index, rank) in ranks {
        write_number(&mut names, imported + index);
        let name = format!("{rank:06}");
        write_number(&mut names, name.len());
        names.extend(name.as_bytes());
    }
    let mut section = b"\x04name\x01".to_vec();
    write_number(&mut section, names.len());
    section.extend(names);
    kept.push(0);
    write_number(&mut kept, section.len());
    kept.extend(section);
    Ok(kept)
}

/// The functions along the chain, by their places.
fn chain(bodies: &[&[u8]]) -> Vec<usize> {
    let pieces: Vec<HashSet<&[u8]>> = bodies.iter().map(|body| body.windows(PIECE).collect()).collect();
    let hashes: Vec<[u64; HASHES]> = pieces.iter().map(least_hashes).collect();
    let mut alike: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
    for (index, hashes) in hashes.iter().enumerate() {
        for (which, &hash) in hashes.iter().enumerate() {
            alike.entry((which, hash)).or_default().push(index);
        }
    }
    // Where nothing is alike it goes on with the largest that is left.
    let mut left: BTreeSet<(usize, usize)> = bodies.iter().map(|body| body.len()).zip(0..).collect();
    let mut chain = Vec::with_capacity(bodies.len());
    let mut next = left.last().map(|&(_, index)| index);
    while let Some(now) = next {
        left.remove(&(bodies[now].len(), now));
        chain.push(now);
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for (which, &hash) in hashes[now].iter().enumerate() {
            let others = alike.get_mut(&(which, hash)).expect("it is there itself");
            others.retain(|other| left.contains(&(bodies[*other].len(), *other)));
            others.iter().for_each(|&other| *shared.entry(other).or_default() += 1);
        }
        let mut candidates: Vec<(usize, usize)> = shared.into_iter().map(|(other, count)| (count, other)).collect();
        candidates.sort_unstable_by(|a, b| b.cmp(a));
        let likeness = |other: usize| {
            let common = pieces[now].intersection(&pieces[other]).count();
            common as f64 / (pieces[now].len() + pieces[other].len() - common).max(1) as f64
        };
        next = candidates
            .into_iter()
            .take(CANDIDATES)
            .map(|(_, other)| (likeness(other), other))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(_, other)| other)
            .or_else(|| left.last().map(|&(_, index)| index));
    }
    chain
}

fn least_hashes(pieces: &HashSet<&[u8]>) -> [u64; HASHES] {
    let mut least = [u64::MAX; HASHES];
    for piece in pieces {
        let piece = piece.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        for (which, least) in least.iter_mut().enumerate() {
            // The finalizer of SplitMix64, begun elsewhere for each.
            let mut hash = piece.wrapping_add((which as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            *least = (*least).min(hash ^ hash >> 31);
        }
    }
    least
}

fn function_bodies(content: &[u8]) -> Result<Vec<&[u8]>> {
    let mut reader = Reader { bytes: content, at: 0 };
    (0..reader.number()?)
        .map(|_| {
            let size = reader.number()?;
            reader.take(size)
        })
        .collect()
}

fn imported_functions(content: &[u8]) -> Result<usize> {
    let mut reader = Reader { bytes: content, at: 0 };
    let mut functions = 0;
    for _ in 0..reader.number()? {
        for _name in 0..2 {
            let size = reader.number()?;
            reader.take(size)?;
        }
        match reader.byte()? {
            0 => {
                reader.number()?;
                functions += 1;
            }
            1 => {
                reader.byte()?;
                reader.limits()?;
            }
            2 => reader.limits()?,
            3 => _ = reader.take(2)?,
            kind => ensure!(false, "an import of an unknown kind, {kind}"),
        }
    }
    Ok(functions)
}

/// Reads the binary format of WebAssembly.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn take(&mut self, size: usize) -> Result<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.saturating_add(size)).context("the module ends too soon")?;
        self.at += size;
        Ok(taken)
    }

    /// LEB128, at most 64 bits.
    fn number(&mut self) -> Result<usize> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(usize::try_from(number)?);
            }
        }
        anyhow::bail!("a number has no end")
    }

    fn limits(&mut self) -> Result<()> {
        let flags = self.byte()?;
        self.number()?;
        if flags & 1 == 1 {
            self.number()?;
        }
        Ok(())
    }
}

fn write_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_comes_next() {
        let (a, b): (Vec<u8>, Vec<u8>) = ((0..100).collect(), (100..190).collect());
        let (mut a2, mut b2) = (a.clone(), b.clone());
        (a2[50], b2[50]) = (255, 255);
        let bodies: Vec<&[u8]> = vec![&a, &b, &a2, &b2];
        let mut chain = chain(&bodies);
        let pairs: Vec<BTreeSet<usize>> = chain.chunks(2).map(|pair| pair.iter().copied().collect()).collect();
        assert_eq!(pairs, [BTreeSet::from([0, 2]), BTreeSet::from([1, 3])]);
        chain.sort_unstable();
        assert_eq!(chain, [0, 1, 2, 3], "each comes once");
    }

    #[test]
    fn every_function_gets_a_name_and_old_names_go() {
        // Two functions of no arguments after one imported, and an old section of names.
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend(b"\x01\x04\x01\x60\0\0\x02\x07\x01\x01m\x01f\0\0\x03\x03\x02\0\0");
        module.extend(b"\x0a\x09\x02\x02\0\x0b\x04\0\x41\0\x0b\0\x07\x04name\x01\0");
        let named = named_by_likeness(&module).unwrap();
        let text = String::from_utf8_lossy(&named);
        assert_eq!(text.matches("name").count(), 1);
        assert!(text.contains("000000") && text.contains("000001") && !text.contains("000002"), "{text:?}");
        assert!(named_by_likeness(&module[..module.len() - 12]).is_err(), "it is cut off");
        assert!(named_by_likeness(b"text").is_err());
    }
}
