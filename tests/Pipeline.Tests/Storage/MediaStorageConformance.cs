using System.Text;
using Streaming.Pipeline.Storage;

namespace Streaming.Pipeline.Tests.Storage;

/// <summary>What every adapter of <see cref="IMediaStorage"/> promises.</summary>
public abstract class MediaStorageConformance
{
    protected const long LimitBytes = 1000;

    /// <summary>An empty storage of <see cref="LimitBytes"/>.</summary>
    protected abstract IMediaStorage Storage { get; }

    [Fact]
    public async Task Write_Pieces_ReadsBackAsOne()
    {
        await Storage.WriteAsync("live/b/source/0.m4s", [Bytes("one "), Bytes(""), Bytes("two")], default);

        Assert.Equal("one two", await ReadAsync("live/b/source/0.m4s"));
        Assert.Equal(7, Storage.UsedBytes);
    }

    [Fact]
    public async Task Open_Object_IsSeekable()
    {
        await Storage.WriteAsync("a", [Bytes("0123456789")], default);

        await using var stream = await Storage.OpenAsync("a", default);

        Assert.Equal(Storage.HasFiles, stream is FileStream { IsAsync: true });
        Assert.Equal(10, stream!.Length);
        stream.Position = 7;
        Assert.Equal("789", await new StreamReader(stream).ReadToEndAsync());
    }

    [Theory]
    [InlineData("a")]
    [InlineData("no/such/folder/a")]
    [InlineData("folder")]
    public async Task Open_NothingThere_IsNull(string name)
    {
        await Storage.WriteAsync("folder/object", [Bytes("x")], default);

        Assert.Null(await Storage.OpenAsync(name, default));
    }

    [Fact]
    public async Task Write_SameNameAgain_ReplacesAndCountsOnce()
    {
        await Storage.WriteAsync("a", [Bytes("first version")], default);
        await Storage.WriteAsync("a", [Bytes("second")], default);

        Assert.Equal("second", await ReadAsync("a"));
        Assert.Equal(6, Storage.UsedBytes);
    }

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

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a\\..\\b")]
    [InlineData("a b")]
    [InlineData("a%2e%2e")]
    [InlineData("a\0b")]
    [InlineData("ä")]
    [InlineData("~")]
    [InlineData("c:a")]
    [InlineData(".")]
    [InlineData("./a")]
    [InlineData("a/./b")]
    public async Task Name_ThatIsNone_IsRefusedByEveryOperation(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.WriteAsync(name, [Bytes("x")], default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.OpenAsync(name, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.DeleteAsync(name, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.DeleteFolderAsync(name, default));
        Assert.Equal(0, Storage.UsedBytes);
    }

    [Fact]
    public async Task Name_OfLengthMax_IsTakenAndALongerOneRefused()
    {
        var name = string.Join('/', Enumerable.Repeat(new string('n', 19), 10));
        await Storage.WriteAsync(name + "n", [Bytes("x")], default);

        Assert.Equal("x", await ReadAsync(name + "n"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.WriteAsync(name + "nn", [Bytes("x")], default));
    }

    [Fact]
    public async Task Delete_Object_GivesItsBytesBack()
    {
        await Storage.WriteAsync("live/a", [Bytes("12345")], default);
        await Storage.WriteAsync("live/b", [Bytes("678")], default);

        await Storage.DeleteAsync("live/a", default);
        await Storage.DeleteAsync("live/a", default);
        await Storage.DeleteAsync("no/such/object", default);

        Assert.Null(await Storage.OpenAsync("live/a", default));
        Assert.Equal("678", await ReadAsync("live/b"));
        Assert.Equal(3, Storage.UsedBytes);
    }

    [Fact]
    public async Task DeleteFolder_TakesWhatIsBelowAndNothingElse()
    {
        await Storage.WriteAsync("live/b1/source/0.m4s", [Bytes("123")], default);
        await Storage.WriteAsync("live/b1/audio/0.m4s", [Bytes("123")], default);
        await Storage.WriteAsync("live/b10/source/0.m4s", [Bytes("4567")], default);

        await Storage.DeleteFolderAsync("live/b1", default);
        await Storage.DeleteFolderAsync("live/b1", default);

        Assert.Null(await Storage.OpenAsync("live/b1/source/0.m4s", default));
        Assert.Equal("4567", await ReadAsync("live/b10/source/0.m4s"));
        Assert.Equal(4, Storage.UsedBytes);
    }

    [Fact]
    public async Task ListFolders_NamesThoseRightBelow()
    {
        await Storage.WriteAsync("live/b1/source/0.m4s", [Bytes("1")], default);
        await Storage.WriteAsync("live/b1/audio/0.m4s", [Bytes("2")], default);
        await Storage.WriteAsync("live/b2/source/0.m4s", [Bytes("3")], default);
        await Storage.WriteAsync("live/file", [Bytes("4")], default);

        Assert.Equal(["b1", "b2"], (await Storage.ListFoldersAsync("live", default)).Order());
        Assert.Equal(["audio", "source"], (await Storage.ListFoldersAsync("live/b1", default)).Order());
        Assert.Empty(await Storage.ListFoldersAsync("live/b1/source", default));
        Assert.Empty(await Storage.ListFoldersAsync("none", default));
    }

    [Fact]
    public async Task MeasureFolder_CountsWhatIsBelowAndNothingElse()
    {
        await Storage.WriteAsync("live/b1/source/0.m4s", [Bytes("123")], default);
        await Storage.WriteAsync("live/b1/audio/0.m4s", [Bytes("12")], default);
        await Storage.WriteAsync("live/b10/source/0.m4s", [Bytes("4567")], default);

        Assert.Equal(5, await Storage.MeasureFolderAsync("live/b1", default));
        Assert.Equal(0, await Storage.MeasureFolderAsync("live/b2", default));
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
    public async Task Reader_KeepsWhatItOpened_WhenTheObjectIsDeleted()
    {
        await Storage.WriteAsync("a", [Bytes("content")], default);
        await using var stream = await Storage.OpenAsync("a", default);

        await Storage.DeleteAsync("a", default);

        Assert.Equal("content", await new StreamReader(stream!).ReadToEndAsync());
    }

    [Fact]
    public async Task ReadersAndWriters_AtOnce_SeeAllOrNothing()
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
        Assert.Equal(100, Storage.UsedBytes);
    }

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.ASCII.GetBytes(text);

    protected async Task<string?> ReadAsync(string name)
    {
        await using var stream = await Storage.OpenAsync(name, default);
        return stream is null ? null : await new StreamReader(stream).ReadToEndAsync();
    }
}
