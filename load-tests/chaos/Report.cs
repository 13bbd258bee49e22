using System.Globalization;
using System.Text;

namespace Streaming.Chaos;

/// <summary>The table of all trials, in Markdown.</summary>
internal static class Report
{
    public static string Of(IEnumerable<Trial> trials)
    {
        var text = new StringBuilder()
            .AppendLine("| fault | tried | segments announced | gaps in source and sound | gaps in rungs | broken promises "
                + "| longest stall, source | longest stall, rung | from the encoder's connection to the next part |")
            .AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var fault in trials.GroupBy(static trial => trial.Fault))
        {
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {fault.Key} | {fault.Count()} | {fault.Sum(static trial => trial.Segments)} | {fault.Sum(static trial => trial.SourceGaps)} "
                + $"| {fault.Sum(static trial => trial.RungGaps)} | {fault.Sum(static trial => trial.Faults.Count)} "
                + $"| {Seconds(fault.Select(static trial => trial.SourceStall))} | {Seconds(fault.Select(static trial => trial.RungStall))} "
                + $"| {Seconds(fault.Select(static trial => trial.GoesOnAfter).OfType<TimeSpan>())} |"));
        }

        return text.ToString();
    }

    /// <summary>One trial in a line.</summary>
    public static string Line(Trial trial) => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTime.UtcNow:HH:mm:ss} {trial.Fault} ({trial.Hit}): {trial.Segments} segments, {trial.SourceGaps} + {trial.RungGaps} gaps, "
        + $"{trial.Faults.Count} broken promises, stalls {trial.SourceStall.TotalSeconds:F1} s and {trial.RungStall.TotalSeconds:F1} s, "
        + $"on {trial.GoesOnAfter?.TotalSeconds ?? 0:F1} s after an encoder came");

    /// <summary>The median and the longest.</summary>
    private static string Seconds(IEnumerable<TimeSpan> times)
    {
        var all = times.Order().ToList();
        return all.Count == 0
            ? "–"
            : string.Create(CultureInfo.InvariantCulture, $"{all[all.Count / 2].TotalSeconds:F1} s, at most {all[^1].TotalSeconds:F1} s");
    }
}
