using System.Diagnostics;
using Streaming.Chaos;

if (!ChaosOptions.TryParse(args, out var options))
{
    Console.Error.WriteLine(ChaosOptions.Usage);
    Console.Error.WriteLine("  " + string.Join(", ", Faulting.All.Keys.Order(StringComparer.Ordinal)));
    return 2;
}

using var end = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true; // What was begun is ended in order.
    end.Cancel();
};
var random = new Random(options.Seed);
await using var world = await World.CreateAsync(options);
await world.SettleAsync(Stopwatch.GetTimestamp(), TimeSpan.FromSeconds(120));
Console.WriteLine($"{world.Nodes.All.Count} nodes, {world.Channels.Count} channels; seed {options.Seed}");

// Every fault once before any comes again, each time in another order.
var trials = new List<Trial>();
var faulting = new Faulting(world, random);
for (var round = 0; round < options.Rounds && !end.IsCancellationRequested; round++)
{
    var order = options.Faults.ToArray();
    random.Shuffle(order);
    foreach (var fault in order.TakeWhile(_ => !end.IsCancellationRequested))
    {
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(2000))); // At any moment of a segment.
        var trial = await Trial.RunAsync(world, faulting, fault);
        trials.Add(trial);
        Console.WriteLine(Report.Line(trial));
        foreach (var broken in trial.Faults)
        {
            Console.WriteLine("  " + string.Join("\n    ", broken.Split('\n').Take(40)));
        }
    }
}

var watched = await world.Browser.ReportAsync();
await Task.WhenAll(world.Channels.Select(static channel => channel.Encoder.StopAsync()));
var recordings = await RecordingCheck.RunAsync(world);
Console.WriteLine();
Console.Write(Report.Of(trials));
Console.WriteLine(
    $"\nhls.js: {watched.Seconds:F0} s, {watched.Stalls} stalls ({string.Join(", ", watched.PastStalls)}); viewers were sent to another node "
    + $"{world.Channels.Sum(static channel => channel.Moves)} times; broadcasts that ended: {world.Channels.Sum(static channel => channel.Ends)}");
Console.WriteLine($"Recordings: {(recordings.Count == 0 ? "all that was announced is in them, at every node" : string.Join("\n", recordings))}");
var isGood = recordings.Count == 0 && trials.TrueForAll(static trial => trial.Faults.Count == 0);
Console.WriteLine(isGood ? "every promise was kept" : "NOT every promise was kept");
return isGood ? 0 : 1;
