using Streaming.Cluster.Workers;

namespace Streaming.Cluster.Tests.Workers;

/// <summary>
/// 200 workers and 5,000 channels that come and go, placed by what workers told a round before: balanced, and a loss of workers moves their runs and no
/// others. The figures are in docs/measurements.md.
/// </summary>
public sealed class PlacementSimulationTests(ITestOutputHelper output)
{
    private const int WorkersCount = 200, Channels = 5_000, Slots = 50, Lost = 20;

    // What one run keeps busy of a worker's cores.
    private const double LoadOfRun = 0.02;

    private readonly Random _random = new(1);
    private readonly Dictionary<int, int> _placed = []; // Channel to worker.
    private readonly HashSet<int> _alive = [.. Enumerable.Range(0, WorkersCount)];
    private int _refusals;

    [Fact]
    public void Cluster_LosesATenthOfItsWorkers_StaysBalancedAndMovesTheirRunsAlone()
    {
        var next = 0;
        var rounds = 0;
        while (_placed.Count < Channels)
        {
            rounds++;
            Round([.. Enumerable.Range(next, Math.Min(250, Channels - _placed.Count))]); // All of a round by the same word.
            next += 250;
        }

        var arrived = Balance();
        for (var round = 0; round < 100; round++)
        {
            foreach (var leaving in _placed.Keys.OrderBy(_ => _random.Next()).Take(100).ToList())
            {
                _placed.Remove(leaving);
            }

            Round([.. Enumerable.Range(next, 100)]);
            next += 100;
        }

        var churned = Balance();
        Assert.InRange(churned, 1, 1.4);
        var before = _placed.ToDictionary();
        _alive.ExceptWith(Enumerable.Range(0, Lost));
        List<int> homeless = [.. _placed.Where(static placed => placed.Value < Lost).Select(static placed => placed.Key)];
        homeless.ForEach(channel => _placed.Remove(channel));
        var lost = homeless.Count;
        var settled = 0;
        while (homeless.Count > 0)
        {
            settled++;
            homeless = Round(homeless);
        }

        Assert.Equal(Channels, _placed.Count);
        Assert.Equal(lost, _placed.Count(placed => before[placed.Key] != placed.Value));
        Assert.All(_placed.Values, worker => Assert.Contains(worker, _alive));
        Assert.InRange(settled, 1, 2);
        Assert.InRange(Balance(), 1, 1.5);
        output.WriteLine(
            $"{rounds} rounds of arrivals: max/mean {arrived:0.00}; after 100 rounds of 100 that leave and come: {churned:0.00}; {Lost} workers lost: "
            + $"{lost} runs moved, settled after {settled} round(s), max/mean {Balance():0.00}; refused by a full worker: {_refusals}.");
    }

    /// <summary>Places channels, all by what was so before the round; one that a full worker refuses asks another. Those that found nobody are left.</summary>
    private List<int> Round(IReadOnlyList<int> channels)
    {
        var taken = _placed.Values.GroupBy(static worker => worker).ToDictionary(static group => group.Key, static group => group.Count());
        List<Worker> told = [.. _alive.Select(number => Of(number, taken.GetValueOrDefault(number)))];
        List<int> left = [];
        foreach (var channel in channels)
        {
            HashSet<string> refused = [];
            while (true)
            {
                var worker = Placement.Choose(told, null, worker => refused.Contains(worker.Node), _random);
                if (worker is null || !refused.Add(worker.Node))
                {
                    left.Add(channel);
                    break;
                }

                var number = int.Parse(worker.Node, System.Globalization.CultureInfo.InvariantCulture);
                if (taken.GetValueOrDefault(number) < Slots)
                {
                    taken[number] = taken.GetValueOrDefault(number) + 1;
                    _placed[channel] = number;
                    break;
                }

                _refusals++;
            }
        }

        return left;
    }

    private double Balance() =>
        _placed.Values.GroupBy(static worker => worker).Max(static group => group.Count()) / (_placed.Count / (double)_alive.Count);

    private static Worker Of(int number, int taken) => new(
        $"{number}", $"{number}", new("10.0.0.1", 4054), Slots, taken, 8, taken * LoadOfRun, TimeSpan.Zero, false, []);
}
