using System.Text;
using Streaming.Pipeline.Storage;

namespace Streaming.Pipeline.Tests.Storage;

/// <summary>What every adapter of <see cref="IMediaStorage"/> promises.</summary>
public abstract class MediaStorageConformance
{
    /// <summary>An empty storage, with room for 1000 bytes at least.</summary>
    protected abstract IMediaStorage Storage { get; }

    /// <summary>Other bytes take the place of those under their name, and are not refused.</summary>
    protected virtual bool Replaces => true;

    /// <summary>What is opened is a file, also where the adapter promises none.</summary>
    protected virtual bool OpensFiles => Storage.HasFiles;

    [Fact]
    public async Task Write_Pieces_ReadsBackAsOne()
    {
        await Storage.WriteAsync("live/b/source/0.m4s", [Bytes("one "), Bytes(""), Bytes("two")], default);

        Assert.Equal("one two", await ReadAsync("live/b/source/0.m4s"));
        AssertUsed(7);
    }

    [Fact]
    public async Task Open_Object_IsSeekable()
    {
        await Storage.WriteAsync("a", [Bytes("0123456789")], default);

        await using var stream = await Storage.OpenAsync("a", default);

        Assert.Equal(OpensFiles, stream is FileStream { IsAsync: true });
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
    public virtual async Task Write_SameBytesAgain_IsFineAndCountsOnce()
    {
        await Storage.WriteAsync("a", [Bytes("one "), Bytes("version")], default);
        await Storage.WriteAsync("a", [Bytes("one version")], default);

        Assert.Equal("one version", await ReadAsync("a"));
        AssertUsed(11);
    }

    [Fact]
    public virtual async Task Write_OtherBytesUnderAName_ReplaceThemOrAreRefused()
    {
        await Storage.WriteAsync("a", [Bytes("first version")], default);
        if (!Replaces)
        {
            await Assert.ThrowsAsync<StorageConflictException>(() => Storage.WriteAsync("a", [Bytes("second")], default));
            Assert.Equal("first version", await ReadAsync("a"));
            return;
        }

        await Storage.WriteAsync("a", [Bytes("second")], default);
        Assert.Equal("second", await ReadAsync("a"));
        AssertUsed(6);
    }

    [Fact]
    public async Task Write_OtherBytesOfAHigherEpoch_ReplaceWhatIsThere()
    {
        await Storage.WriteAsync("a", [Bytes("of the zombie")], 5, default);
        await Storage.WriteAsync("a", [Bytes("of the origin")], 9, default);

        Assert.Equal("of the origin", await ReadAsync("a"));
        AssertUsed(13);
    }

    [Fact]
    public virtual async Task Write_OtherBytesOfALowerEpoch_ReplaceWhatIsThereOrAreRefused()
    {
        await Storage.WriteAsync("a", [Bytes("of the origin")], 9, default);
        if (!Replaces)
        {
            var conflict = await Assert.ThrowsAsync<StorageConflictException>(
                () => Storage.WriteAsync("a", [Bytes("of the zombie")], 5, default));
            Assert.True(conflict.IsOvertaken);
            Assert.Equal("of the origin", await ReadAsync("a"));
            return;
        }

        await Storage.WriteAsync("a", [Bytes("of the zombie")], 5, default);
        Assert.Equal("of the zombie", await ReadAsync("a"));
    }

    [Fact]
    public async Task Write_Nothing_IsAnEmptyObject()
    {
        await Storage.WriteAsync("a", [], default);

        Assert.Equal("", await ReadAsync("a"));
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
        AssertUsed(0);
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
        AssertUsed(3);
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
        AssertUsed(4);
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
    public async Task List_NamesAndMeasuresWhatIsBelowAndNothingElse()
    {
        await Storage.WriteAsync("live/b1/source/0.m4s", [Bytes("123")], default);
        await Storage.WriteAsync("live/b1/audio/0.m4s", [Bytes("12")], default);
        await Storage.WriteAsync("live/b10/source/0.m4s", [Bytes("4567")], default);

        Assert.Equal(
            [new("live/b1/audio/0.m4s", 2), new StoredObject("live/b1/source/0.m4s", 3)],
            await Storage.ListAsync("live/b1", default).OrderBy(stored => stored.Name).ToListAsync());
        Assert.Empty(await Storage.ListAsync("live/b2", default).ToListAsync());
    }

    [Fact]
    public async Task Check_LeavesNothing()
    {
        await Storage.CheckAsync(default);

        AssertUsed(0);
    }

    [Fact]
    public async Task Everything_Cancelled_IsCancelledOrDone()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        foreach (var use in (Func<Task>[])
        [
            () => Storage.WriteAsync("a", [Bytes("x")], cancelled.Token), () => Storage.OpenAsync("a", cancelled.Token),
            () => Storage.DeleteAsync("a", cancelled.Token), () => Storage.ListFoldersAsync("live", cancelled.Token),
            () => Storage.ListAsync("live", cancelled.Token).CountAsync().AsTask(),
            () => Storage.DeleteFolderAsync("live", cancelled.Token), () => Storage.CheckAsync(cancelled.Token),
        ])
        {
            Assert.True(await Record.ExceptionAsync(use) is null or OperationCanceledException);
        }
    }

    [Fact]
    public async Task Open_ReadsAnywhereInAnyOrder()
    {
        var bytes = new byte[900];
        new Random(1).NextBytes(bytes);
        await Storage.WriteAsync("a", [bytes.AsMemory(0, 300), bytes.AsMemory(300)], default);
        await using var stream = await Storage.OpenAsync("a", default);

        foreach (var (from, length) in ((int, int)[])[(0, 8), (200, 50), (210, 10), (880, 20), (0, 900), (899, 1)])
        {
            var read = new byte[length];
            stream!.Position = from;
            await stream.ReadExactlyAsync(read);
            Assert.Equal(bytes.AsSpan(from, length).ToArray(), read);
            Assert.Equal(from + length, stream.Position);
        }

        Assert.Equal(0, await stream!.ReadAsync(new byte[1]));
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
    public async Task Readers_WhileItIsWritten_SeeAllOrNothing()
    {
        using var done = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            for (var round = 0; !done.IsCancellationRequested; round++)
            {
                Assert.True(await ReadAsync($"live/{round % 20}") is null or { Length: 20 });
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var round = writer; round < 20; round += 4)
            {
                await Storage.WriteAsync($"live/{round}", [new byte[10], new byte[10]], default);
                await Storage.WriteAsync($"own-{writer}/{round}", [new byte[10]], default);
                await Storage.DeleteAsync($"own-{writer}/{round}", default);
            }
        })));
        await done.CancelAsync();

        await reader;
        Assert.Equal(20, await Storage.ListAsync("live", default).CountAsync());
    }

    protected void AssertUsed(long bytes)
    {
        if (Storage.UsedBytes is { } used)
        {
            Assert.Equal(bytes, used);
        }
    }

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.ASCII.GetBytes(text);

    protected async Task<string?> ReadAsync(string name)
    {
        await using var stream = await Storage.OpenAsync(name, default);
        return stream is null ? null : await new StreamReader(stream).ReadToEndAsync();
    }
}
