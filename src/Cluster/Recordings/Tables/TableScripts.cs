using DbUp.Builder;
using DbUp.Engine;

namespace Streaming.Cluster.Recordings.Tables;

/// <summary>Brings the tables of a database to this version: by scripts, each of which is done once, in their order.</summary>
internal static class TableScripts
{
    /// <summary>The table that says which have been done.</summary>
    public const string Versions = "versions";

    private const string Prefix = "Streaming.Cluster.Recordings.Tables.";

    /// <summary>Does what has not been done. What fails is thrown as the database says it.</summary>
    /// <param name="database">Where.</param>
    /// <param name="dialect">Whose scripts: the folder that they are in.</param>
    /// <returns>A script of a newer version that has been done there already: then nothing was changed. Null without one.</returns>
    public static string? Run(UpgradeEngineBuilder database, string dialect)
    {
        var scripts = Of(dialect);
        var upgrade = database.WithScripts(scripts).WithTransactionPerScript().WithVariablesDisabled().LogToNowhere().Build();
        if (upgrade.GetExecutedScripts().Except(scripts.Select(static script => script.Name)).FirstOrDefault() is { } newer)
        {
            return newer;
        }

        return upgrade.PerformUpgrade() is { Successful: false, Error: var error } ? throw error : null;
    }

    private static List<SqlScript> Of(string dialect)
    {
        var assembly = typeof(TableScripts).Assembly;
        var folder = $"{Prefix}{dialect}/";
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => SqlScript.FromStream(name[folder.Length..], assembly.GetManifestResourceStream(name))),
        ];
    }
}
