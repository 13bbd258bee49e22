using Akka.Configuration.Hocon;

namespace Streaming.Gateway.Configuration;

/// <summary>
/// A configuration file in HOCON, with the files that it includes. Read by Akka.NET's own parser; what that one leaves out is done here:
/// brackets are looked at, mistakes get their line, circles are found.
/// </summary>
internal sealed class HoconFile
{
    // Files that include one another this deep do so in a circle.
    private const int DepthMax = 16;

    private readonly HashSet<string> _references = new(StringComparer.Ordinal);

    private HoconFile()
    {
    }

    /// <summary>The file's name, with its folder.</summary>
    public string Path { get; private init; } = "";

    /// <summary>All that is in it and in what it includes; no object when there is no file.</summary>
    public HoconValue Root { get; private set; } = new();

    /// <summary>Reads a file; nothing is in one that is not there.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read; the message says where and why.</exception>
    public static HoconFile Read(string path)
    {
        var file = new HoconFile { Path = path };
        if (File.Exists(path))
        {
            file.Root = file.Parse(path, depth: 0).Value;
            file.LookForCircles(file.Root, []);
        }

        return file;
    }

    /// <summary>Whether a substitution refers to what is called so, or to something in it.</summary>
    public bool IsReferredTo(string name) =>
        _references.Any(path => path == name || path.StartsWith(name + '.', StringComparison.Ordinal));

    private HoconRoot Parse(string path, int depth)
    {
        var text = Text(path);
        if (HoconBrackets.Problem(text) is { } problem)
        {
            throw new InvalidOperationException($"{path}, {problem}");
        }

        try
        {
            return Parse(text, path, depth);
        }
        catch (Exception e) when (e is not InvalidOperationException and not OutOfMemoryException)
        {
            throw new InvalidOperationException($"{path}, line {LineOf(e.Message, text)}: {OneLine(e.Message)}", e);
        }
    }

    private HoconRoot Parse(string text, string path, int depth)
    {
        var root = Parser.Parse(text, name => Include(name, path, depth));
        _references.UnionWith(root.Substitutions.Select(substitution => substitution.Path));

        // Resolved already, in the file where they stand: whoever includes it has nothing to do with them.
        return new HoconRoot(root.Value);
    }

    private HoconRoot Include(string name, string from, int depth)
    {
        var path = System.IO.Path.GetFullPath(name, System.IO.Path.GetDirectoryName(from)!);
        return depth < DepthMax
            ? Parse(path, depth + 1)
            : throw new InvalidOperationException($"{from} and {path} include one another without end.");
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The configuration cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The parser does not say where it is: the mistake is in the first line that, as the last one, is refused the same
    /// way.</summary>
    private static int LineOf(string message, string text)
    {
        var line = 0;
        for (var end = 0; end >= 0 && end < text.Length;)
        {
            line++;
            end = text.IndexOf('\n', end) is >= 0 and var next ? next + 1 : text.Length;
            try
            {
                Parser.Parse(text[..end], _ => new HoconRoot(new HoconValue([new HoconObject()])));
            }
            catch (Exception e) when (e.Message == message)
            {
                break;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A beginning that cannot stand by itself.
            }
        }

        return line;
    }

    private void LookForCircles(HoconValue value, HashSet<HoconValue> around)
    {
        if (!around.Add(value))
        {
            throw new InvalidOperationException($"{Path}: a substitution (${{…}}) stands for something that contains it.");
        }

        foreach (var element in value.Values)
        {
            foreach (var inner in element switch
            {
                HoconObject group => group.Items.Values,
                HoconArray list => list,
                HoconSubstitution substitution => [substitution.ResolvedValue],
                _ => Enumerable.Empty<HoconValue>(),
            })
            {
                LookForCircles(inner, around);
            }
        }

        around.Remove(value);
    }

    private static string OneLine(string message) => string.Join(' ', message.Split(
        (char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
