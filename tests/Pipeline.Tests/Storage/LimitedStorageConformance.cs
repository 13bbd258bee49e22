using Streaming.Pipeline.Storage;

namespace Streaming.Pipeline.Tests.Storage;

/// <summary>What those adapters of <see cref="IMediaStorage"/> promise besides that count bytes, have a limit, and replace.</summary>
public abstract class LimitedStorageConformance : MediaStorageConformance
{
    /// <summary>Of the storage.</summary>
    protected const long LimitBytes = 1000;

    [Fact]
    public void Used_IsCounted() => Assert.Equal(0, Storage.UsedBytes);

    [Fact]
    public async Task Write_UpToTheLimit_IsStored()
    {
        await Storage.WriteAsync("a", [new byte[LimitBytes]], default);

        Assert.Equal(LimitBytes, Storage.UsedBytes);
    }

    [Fact]
    public async Task Write_BeyondTheLimit_IsRefusedAndLeavesNothing()
    {
        await Storage.WriteAsync("a", [new byte[LimitBytes - 10]], default);

        var refusal = await Assert.ThrowsAsync<StorageFullException>(
            () => Storage.WriteAsync("b", [new byte[11]], default));

        Assert.Equal(LimitBytes, refusal.LimitBytes);
        Assert.Null(await Storage.OpenAsync("b", default));
        Assert.Equal(LimitBytes - 10, Storage.UsedBytes);
        await Storage.WriteAsync("b", [new byte[10]], default);
    }

    [Fact]
    public async Task Write_BeyondTheLimit_KeepsTheObjectThatIsThere()
    {
        await Storage.WriteAsync("a", [Bytes("there")], default);

        await Assert.ThrowsAsync<StorageFullException>(() => Storage.WriteAsync("a", [new byte[LimitBytes]], default));

        Assert.Equal("there", await ReadAsync("a"));
    }

    [Fact]
    public async Task Check_Full_SaysSo_AndElseLeavesNothing()
    {
        await Storage.CheckAsync(default);
        Assert.Equal(0, Storage.UsedBytes);
        await Storage.WriteAsync("a", [new byte[LimitBytes]], default);

        await Assert.ThrowsAsync<StorageFullException>(() => Storage.CheckAsync(default));
    }

    [Fact]
    public async Task ReadersAndWriters_OfOneName_SeeAllOrNothing()
    {
        await Storage.WriteAsync("live/a", [new byte[100]], default);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var seen = 0;
            do
            {
                var text = await ReadAsync("live/a");
                Assert.Equal(100, text!.Length);
                Assert.Single(text.Distinct());
                seen++;
            }
            while (!done.IsCancellationRequested);

            return seen;
        })).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var round = 0; round < 50; round++)
            {
                var half = Bytes(new string((char)('a' + writer), 50));
                await Storage.WriteAsync("live/a", [half, half], default);
                await Storage.WriteAsync($"live/own-{writer}", [half], default);
                await Storage.DeleteAsync($"live/own-{writer}", default);
            }
        })));
        await done.CancelAsync();

        Assert.Contains(await Task.WhenAll(readers), seen => seen > 0);
        AssertUsed(100);
    }
}
