using Streaming.Pipeline.Text;

namespace Streaming.Pipeline.Tests.Text;

public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Plain words, Größe 漢字 😀")]
    public void Text_Harmless_IsTheSame(string text) => Assert.Same(text, ForeignText.Shown(text, 100));

    [Theory]
    [InlineData("a\u001b[31mb", "a\uFFFD[31mb")]
    [InlineData("a\0\u0001\u0007b", "a\uFFFDb")]
    [InlineData("a\r\n\tb", "a   b")]
    [InlineData("a\u007f\u0085\u009bb", "a\uFFFD \uFFFDb")]
    [InlineData("a\u202Eb\u2066c\u200Bd\uFEFFe", "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe")]
    [InlineData("a\u2028b\u2029c", "a b c")]
    [InlineData("a\U000E0041b", "a\uFFFDb")]
    [InlineData("a\uE000b", "a\uFFFDb")]
    public void Text_ThatSteersATerminalOrHides_ShowsAReplacement(string text, string shown) =>
        Assert.Equal(shown, ForeignText.Shown(text, 100));

    [Fact]
    public void Text_WithHalfASurrogatePair_ShowsAReplacement() =>
        Assert.Equal("a\uFFFDb", ForeignText.Shown("a" + '\uD83D' + "b", 100));

    [Theory]
    [InlineData("0123456789", 10, "0123456789")]
    [InlineData("0123456789x", 10, "012345678…")]
    [InlineData("01234567😀x", 10, "01234567…")]
    [InlineData("012345678😀", 10, "012345678…")]
    [InlineData("xy", 1, "…")]
    public void Text_TooLong_IsCutBetweenCharacters(string text, int lengthMax, string shown) =>
        Assert.Equal(shown, ForeignText.Shown(text, lengthMax));

    [Fact]
    public void Text_OfControlCharactersOnly_TakesOne() =>
        Assert.Equal("\uFFFD", ForeignText.Shown(new string('\u001b', 120_000), 1_000));
}
