namespace Streaming.Gateway.Configuration;

/// <summary>
/// Looks whether brackets and quotation marks of a HOCON text have their partners. Akka.NET's parser takes a file that ends too early,
/// leaves out what comes after a bracket too many, and never ends in a list with an assignment in it.
/// </summary>
internal static class HoconBrackets
{
    // What Akka.NET's tokenizer takes in no unquoted text, as far as it is nothing of its own in a list.
    private const string NotInLists = "=:`^?!@*&\\";

    /// <summary>What is wrong, with its line; null when nothing is.</summary>
    public static string? Problem(string text)
    {
        var open = new Stack<(char Bracket, int Line)>();
        var (line, isBraced, isOver) = (1, (bool?)null, false);
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            if (character == '\n')
            {
                line++;
            }
            else if (character == '#' || text.AsSpan(at).StartsWith("//"))
            {
                at = EndOfLine(text, at) - 1;
            }
            else if (!char.IsWhiteSpace(character) && character != '\uFEFF')
            {
                if (isOver)
                {
                    return $"line {line}: the file's outermost brackets have ended before this.";
                }

                isBraced ??= character == '{';
                if (character == '"')
                {
                    if (EndOfQuoted(text, at) is not { } end)
                    {
                        return $"line {line}: the text in quotation marks has no end.";
                    }

                    line += text.AsSpan(at, end - at).Count('\n');
                    at = end;
                }
                else if (character is '{' or '[')
                {
                    open.Push((character, line));
                }
                else if (character is '}' or ']')
                {
                    if (!open.TryPop(out var begun))
                    {
                        return $"line {line}: there is nothing that this '{character}' ends.";
                    }

                    if (begun.Bracket != (character == '}' ? '{' : '['))
                    {
                        return $"line {line}: the '{begun.Bracket}' of line {begun.Line} is ended by a '{character}'.";
                    }

                    isOver = isBraced is true && open.Count == 0;
                }
                else if (open.TryPeek(out var list) && list.Bracket == '[' && IsForeignToLists(text, at))
                {
                    return $"line {line}: there is a '{character}' in the list that begins in line {list.Line}; put texts in "
                        + "quotation marks.";
                }
            }
        }

        return open.TryPop(out var last) ? $"line {last.Line}: this '{last.Bracket}' has no end." : null;
    }

    private static bool IsForeignToLists(string text, int at) =>
        NotInLists.Contains(text[at], StringComparison.Ordinal) || (text[at] == '$' && !text.AsSpan(at).StartsWith("${"));

    private static int EndOfLine(string text, int at) => text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length;

    /// <summary>Where a quoted text has its last character; null if nowhere. Those in three quotation marks may have several
    /// lines.</summary>
    private static int? EndOfQuoted(string text, int at)
    {
        if (text.AsSpan(at).StartsWith("\"\"\""))
        {
            return text.IndexOf("\"\"\"", at + 3, StringComparison.Ordinal) is >= 0 and var end ? end + 2 : null;
        }

        for (at++; at < text.Length && text[at] != '\n'; at++)
        {
            if (text[at] == '"')
            {
                return at;
            }

            if (text[at] == '\\')
            {
                at++;
            }
        }

        return null;
    }
}
