using Streaming.CheckedViewers;
using Streaming.Playlists;

if (!CheckedViewersOptions.TryParse(args, out var options))
{
    Console.Error.WriteLine(CheckedViewersOptions.Usage);
    return 2;
}

using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
await using var parser = new StrictParser(options.Judge);
await using var browser = await BrowserViewer.OpenAsync(options.Page);
using var end = new CancellationTokenSource(options.Duration);
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    end.Cancel();
};

var viewers = await PlaylistViewers.OfAsync(http, options.Playlist, parser.Judge);
Console.WriteLine($"watching {viewers.Checker.Renditions.Count} renditions");
await viewers.RunAsync(end.Token);
var watched = await browser.ReportAsync();
var (judged, refused) = await parser.EndAsync();

foreach (var fault in viewers.Told.Concat(refused.Take(10).Select(line => "hls-parser: " + line)))
{
    Console.WriteLine(fault);
}

var isIdle = false;
foreach (var rendition in viewers.Checker.Renditions)
{
    Console.WriteLine(
        $"{rendition.Address}: {rendition.Reloads} reloads, {rendition.DeltasCompared} delta updates compared, "
        + $"{rendition.HintsKept} hinted parts came and {rendition.HintsInVain} did not, {rendition.FetchedAfterLeaving} segments "
        + $"fetched after they had left, {rendition.Downloads} files downloaded, {rendition.Seen.Count(segment => segment.IsGap)} gaps, "
        + $"{Discontinuities(rendition)} discontinuities, {rendition.Unanswered} reloads unanswered");

    // Most delta updates come with the full playlist of the same moment; where the others never did, nothing was compared.
    isIdle |= rendition.DeltasCompared < rendition.Reloads / 2 || rendition.HintsKept == 0;
    isIdle |= options.IsCalm && (rendition.Unanswered > 0 || Discontinuities(rendition) > 0);
}

Console.WriteLine(
    $"{viewers.Faults} faults; {viewers.Checker.ReportsKept} rendition reports were true; hls-parser refused {refused.Length} of {judged}");
Console.WriteLine(
    $"hls.js: {watched.Seconds:F0} s, {watched.Stalls} stalls, errors: {Listed(watched.Errors)}; page: {Listed(watched.Complaints)}");
foreach (var stall in watched.PastStalls)
{
    Console.WriteLine($"hls.js stalled at {stall}");
}

var isGood = viewers.Faults == 0 && refused.Length == 0 && !isIdle && watched.Complaints.Length == 0
    && (!options.IsCalm || watched.Errors.Length == 0);
Console.WriteLine(isGood ? "every promise was kept" : "NOT every promise was kept");
return isGood ? 0 : 1;

static long Discontinuities(PlaylistChecker rendition) => rendition.Seen.Max(segment => segment.DiscontinuitySequence);

static string Listed(string[] all) => all.Length == 0
    ? "none"
    : string.Join(", ", all.CountBy(what => what).Select(what => what.Value > 1 ? $"{what.Value} x {what.Key}" : what.Key));
