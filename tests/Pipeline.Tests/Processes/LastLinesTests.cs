using Streaming.Pipeline.Processes;

namespace Streaming.Pipeline.Tests.Processes;

/// <summary>What a program says may be anything, and any amount.</summary>
public sealed class LastLinesTests
{
    private const int TextLengthMax = LastLines.LinesMax * (LastLines.LineLengthMax + 3) + 100;

    [Fact]
    public async Task Lines_Few_AreAllThere() => Assert.Equal("one | two", await ReadAsync("one\ntwo\n"));

    [Fact]
    public async Task Lines_None_IsSaidInWords() => Assert.Equal("it said nothing", await ReadAsync("\n\r\n"));

    [Fact]
    public async Task Lines_Many_TheLastAreThereAndTheRestIsCounted() =>
        Assert.Equal("3 | 4 | 5 | 6 (2 more characters left out)", await ReadAsync("1\n2\n3\n4\n5\n6"));

    [Fact]
    public async Task Progress_WithCarriageReturnsAlone_IsLines() => Assert.Equal(
        "frame=3 | frame=4 | frame=5 | done (14 more characters left out)",
        await ReadAsync("frame=1\rframe=2\rframe=3\rframe=4\rframe=5\rdone"));

    [Theory]
    [InlineData("a\u001b[31mb", "a [31mb")] // An escape sequence of a terminal.
    [InlineData("a\u0000\u0007\u009bb", "a   b")]
    [InlineData("a\u202eb\u2028c", "a b c")] // Text that runs backwards, and a line end that is none of ours.
    [InlineData("größer 高い", "größer 高い")]
    public async Task Characters_ThatATerminalActsOn_AreBlanks(string said, string text) => Assert.Equal(text, await ReadAsync(said));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public async Task Flood_WithOrWithoutLineEnds_TakesNoMemory(string end)
    {
        using var flood = new Flood("flood, flood, flood" + end, times: 5_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var text = await ReadAsync(flood);

        Assert.InRange(text.Length, 1, TextLengthMax);
        Assert.Contains("more characters left out", text, StringComparison.Ordinal);
        Assert.True(end.Length > 0 || GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    private static Task<string> ReadAsync(string said) => ReadAsync(new StringReader(said));

    private static async Task<string> ReadAsync(TextReader reader)
    {
        var lines = new LastLines(reader);
        await lines.ReadAsync(TestContext.Current.CancellationToken);
        return lines.Text;
    }

    /// <summary>The same text again and again, which is nowhere as a whole.</summary>
    private sealed class Flood(string text, int times) : TextReader
    {
        private long _left = (long)text.Length * times;

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
        {
            var length = (int)Math.Min(_left, buffer.Length);
            for (var index = 0; index < length; index++)
            {
                buffer.Span[index] = text[index % text.Length];
            }

            _left -= length;
            return new(length);
        }
    }
}
