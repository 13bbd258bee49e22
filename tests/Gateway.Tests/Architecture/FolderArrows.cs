using System.Reflection;

namespace Streaming.Gateway.Tests.Architecture;

/// <summary>
/// Which folder of an assembly uses which, and by which types. A namespace is a folder, the assembly's own name the folder of the
/// project. Read from what was compiled, and from the lines of <c>using</c>, which alone tell of a constant of another folder: the
/// compiler leaves its value behind, and nothing of where it came from.
/// </summary>
internal sealed class FolderArrows
{
    /// <summary>The project's own folder.</summary>
    public const string Root = ".";

    private readonly SortedDictionary<(string From, string To), SortedSet<string>> _arrows = [];
    private readonly SortedDictionary<string, SortedSet<string>> _foreign = [];
    private readonly HashSet<string> _folders = [];
    private readonly string _name;

    private FolderArrows(string name) => _name = name;

    /// <summary>From folder to folder, with who uses what: <c>Acceptor uses OpenFiles</c>.</summary>
    public IReadOnlyDictionary<(string From, string To), SortedSet<string>> All => _arrows;

    /// <summary>Reads an assembly, and the sources that it was made of.</summary>
    public static FolderArrows Of(Assembly assembly, string? sources = null)
    {
        var arrows = new FolderArrows(assembly.GetName().Name!);
        foreach (var type in assembly.GetTypes())
        {
            if (arrows.FolderOf(type) is { } from)
            {
                arrows._folders.Add(from);
                foreach (var used in TypeUses.Of(type))
                {
                    arrows.Add(from, type, used);
                }
            }
        }

        if (sources is not null)
        {
            arrows.AddUsings(sources);
        }

        return arrows;
    }

    /// <summary>Folders that use types of assemblies whose names begin so, and who uses which.</summary>
    public IReadOnlyDictionary<string, SortedSet<string>> UsersOf(string assemblies) => _foreign
        .Select(folder => (Folder: folder.Key, Uses: folder.Value.Where(use => IsOf(use, assemblies)).ToList()))
        .Where(static folder => folder.Uses.Count > 0)
        .ToDictionary(static folder => folder.Folder, static folder => new SortedSet<string>(folder.Uses));

    private static bool IsOf(string use, string assemblies)
    {
        var assembly = use[(use.LastIndexOf(" of ", StringComparison.Ordinal) + 4)..];
        return assembly == assemblies || assembly.StartsWith(assemblies + ".", StringComparison.Ordinal);
    }

    private void Add(string from, Type user, Type used)
    {
        var (by, what) = (Outermost(user), Outermost(used));
        if (used.Assembly != user.Assembly)
        {
            Note(_foreign, from, $"{by.Name} uses {what.Name} of {used.Assembly.GetName().Name}");
        }
        else if (FolderOf(used) is { } to && to != from)
        {
            Note(_arrows, (from, to), $"{by.Name} uses {what.Name}");
        }
    }

    private void AddUsings(string sources)
    {
        foreach (var file in SourceFile.In(sources))
        {
            var from = FolderOf(file.Namespace ?? _name)!;
            foreach (var name in file.Usings)
            {
                if (NearestFolder(name) is { } to && to != from && !_arrows.ContainsKey((from, to)))
                {
                    Note(_arrows, (from, to), $"{file.Name} says using {name}");
                }
            }
        }
    }

    /// <summary>A <c>using static</c> names a type: its folder is the longest beginning that is one.</summary>
    private string? NearestFolder(string name)
    {
        for (var rest = name; rest.Contains('.', StringComparison.Ordinal); rest = rest[..rest.LastIndexOf('.')])
        {
            if (FolderOf(rest) is { } folder && _folders.Contains(folder))
            {
                return folder;
            }
        }

        return null;
    }

    /// <summary>Null for what a compiler or a generator has made on its own account.</summary>
    private string? FolderOf(Type type) =>
        Outermost(type) is { } outermost && !outermost.Name.StartsWith('<') ? FolderOf(outermost.Namespace ?? _name) : null;

    private string? FolderOf(string name) =>
        name == _name ? Root
        : name.StartsWith(_name + ".", StringComparison.Ordinal) ? name[(_name.Length + 1)..].Replace('.', '/')
        : null;

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    private static void Note<TKey>(SortedDictionary<TKey, SortedSet<string>> uses, TKey key, string use)
        where TKey : notnull
    {
        if (!uses.TryGetValue(key, out var known))
        {
            uses.Add(key, known = []);
        }

        known.Add(use);
    }
}
