use super::*;
use crate::look::phase::SumOfProducts;
use crate::look::view::UnitView;

fn unit(bias: f64, z: f64) -> UnitView {
    let empty = postcard::from_bytes::<UnitView>(&[0; 400]);
    UnitView { bias, z, ..empty.unwrap_or_else(|error| panic!("{error}")) }
}

#[test]
fn digits_are_as_many_as_the_result_asks_for() {
    let cases: [(&[f64], &[f64], f64, &str); 5] = [
        (&[-0.0164, 1.37], &[0.112, 0.335], 0.0183, "(−0.0164)·0.112 + 1.37·0.335 + 0.0183 = 0.475"),
        (&[0.5], &[2.0], 0.0, "0.5·2 + 0 = 1.00"),
        (&[3.0], &[0.1], -0.3, "3·0.1 + (−0.3) = 5.55×10⁻¹⁷"),
        (&[1.0 / 3.0], &[1.0], 0.0, "0.333·1 + 0 = 0.333"),
        (&[12_345.678], &[1e-5], 0.0, "12,346·10⁻⁵ + 0 = 0.123"),
    ];
    for (a, b, bias, text) in cases {
        let z = a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() + bias;
        let sum = SumOfProducts::of(a, b, 3);
        let Worked { operands, equals, result } = crate::look::by_hand::pre_activation(&unit(bias, z), &sum).into();
        let operands: Vec<String> =
            operands.into_iter().map(|text| if text.starts_with('−') { format!("({text})") } else { text }).collect();
        let products: Vec<String> = operands.chunks(2).map(|pair| pair.join("·")).collect();
        assert_eq!(format!("{} {equals} {result}", products.join(" + ")), text);
    }
}

#[test]
fn what_does_not_come_out_is_called_near() {
    // The format lost what is left of a difference.
    let sum = SumOfProducts::of(&[1.0, -1.0], &[1.0, 1.0], 3);
    let Worked { equals, result, .. } = crate::look::by_hand::pre_activation(&unit(0.0, 1.2e-7), &sum).into();
    assert_eq!((equals, result.as_str()), ("≈", "1.20×10⁻⁷"));
    let sum = SumOfProducts::of(&[f64::NAN], &[1.0], 3);
    let Worked { equals, result, .. } = crate::look::by_hand::pre_activation(&unit(0.0, f64::NAN), &sum).into();
    assert_eq!((equals, result.as_str()), ("=", "no number"));
}
