//! Tests of `id_number`.

use proptest::prelude::*;

use super::*;

// The worked example of GB 11643 itself.
const EXAMPLE: &str = "11010519491231002X";

fn text(text: &str) -> Result<String, String> {
    read(&Cell::Text(text.to_owned())).map(|number| number.as_str().to_owned())
}

#[test]
fn the_same_number_however_it_is_typed() {
    for written in [
        EXAMPLE,
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002X ",
        "'11010519491231002X",
        "110105-19491231-002X",
        "11010519491231002×",
        "11010519491231002Х",
        "\u{200b}11010519491231002X\u{feff}",
    ] {
        assert_eq!(text(written).unwrap(), EXAMPLE, "{written}");
    }
}

#[test]
fn damage_is_named() {
    let number = |value: f64| read(&Cell::Number(value)).unwrap_err();
    assert_eq!(number(1.101_051_949_123_1e17), number::DAMAGED);
    for written in ["1.10105E+17", "3.20102E+17", "3.20102e17", "３.20102Ｅ＋17"] {
        assert_eq!(text(written).unwrap_err(), number::DAMAGED, "{written}");
    }
    assert_eq!(text("110105194912310000").unwrap_err(), TRUNCATED);
    assert_eq!(text("110105194912310021").unwrap_err(), CHECK);
    assert_eq!(text("110105491231002").unwrap_err(), OLD);
    assert_eq!(number(110_105_491_231_002.0), OLD);
    assert_eq!(text("11010519491331002X").unwrap_err(), BIRTH);
    assert!(text("1101051949123100").unwrap_err().contains("16"));
    assert!(text("无").is_err());
}

#[test]
fn no_refusal_repeats_the_number() {
    for written in [
        "110105194912310021",
        "110105194912310000",
        "1101051949123",
        "11010519491331002X",
    ] {
        assert!(!text(written).unwrap_err().contains("110105"), "{written}");
    }
}

proptest! {
    #[test]
    fn a_good_number_survives_typing_and_a_wrong_digit_never(stem in "[1-6][0-9]{5}(19[3-9][0-9]|200[0-5])(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", place in 0..17_usize, wrong in 0..10_u8) {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = stem.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let number = format!("{stem}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize]);
        prop_assert_eq!(text(&number), Ok(number.clone()));
        prop_assert_eq!(text(&format!(" {} {}", &number[..6], number[6..].to_lowercase())), Ok(number.clone()));
        let digit = char::from(b'0' + wrong).to_string();
        if number[place..=place] != digit {
            let mut altered = number.clone();
            altered.replace_range(place..=place, &digit);
            prop_assert!(text(&altered).is_err());
        }
        // What a spreadsheet makes of it.
        let value: f64 = stem.parse::<f64>().unwrap() * 10.0;
        let damaged = read(&Cell::Number(value)).unwrap_err();
        prop_assert_eq!(damaged, number::DAMAGED);
        let shown = format!("{value:E}").replace('E', "E+");
        prop_assert!(number::is_scientific(&shown));
    }

    #[test]
    fn whatever_is_written_nothing_panics(written in ".{0,24}", value in any::<f64>()) {
        let _ = text(&written);
        let _ = read(&Cell::Number(value));
    }
}
