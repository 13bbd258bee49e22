using System.Globalization;
using System.Text;

namespace Streaming.Pipeline.Text;

/// <summary>
/// What strangers and child processes say, made fit to be shown in a log or on a page: on one line, cut, and without
/// what steers a terminal, hides, or turns the direction of writing.
/// </summary>
public static class ForeignText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// The text in at most <paramref name="lengthMax"/> characters, with an ellipsis as the last one where it was cut.
    /// White space becomes a space; characters that are not shown become U+FFFD, one for any number in a row.
    /// </summary>
    public static string Shown(string text, int lengthMax)
    {
        if (text.Length <= lengthMax && IsShown(text))
        {
            return text;
        }

        var shown = new StringBuilder(Math.Min(text.Length, lengthMax));
        foreach (var rune in text.EnumerateRunes())
        {
            var kept = IsShown(rune) ? rune : new Rune(Rune.IsWhiteSpace(rune) ? ' ' : Replacement);
            if (kept.Value == Replacement && shown.Length > 0 && shown[^1] == Replacement)
            {
                continue;
            }

            if (shown.Length + kept.Utf16SequenceLength > lengthMax)
            {
                // A pair of surrogates is not cut in two.
                shown.Length -= shown.Length < lengthMax ? 0 : char.IsLowSurrogate(shown[^1]) ? 2 : 1;
                return shown.Append('…').ToString();
            }

            shown.Append(kept.ToString());
        }

        return shown.ToString();
    }

    private static bool IsShown(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // Half a pair of surrogates comes as the replacement, too.
            if (!IsShown(rune) || rune.Value == Replacement)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsShown(Rune rune) => rune.IsAscii
        ? rune.Value is >= ' ' and < 0x7F
        : Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
            or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);
}
