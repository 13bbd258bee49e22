using Microsoft.Extensions.Primitives;
using Streaming.Gateway.Access;

namespace Streaming.Gateway.Tests.Access;

/// <summary>The operator's token on its way from a file or a setting, and what a request must carry to have it.</summary>
public sealed class AdminTokenFileTests : IDisposable
{
    private const string Token = "a-token-of-32-characters-for-you";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("streaming-token-");

    private string Kept => Path.Combine(_data.FullName, "admin-token");

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(" ")]
    [InlineData("                                ")]
    [InlineData("fifteen-letters")]
    [InlineData("fifteen-letters\n")]
    [InlineData(Token + " ")]
    [InlineData(" " + Token)]
    [InlineData(Token + "\n\n")]
    [InlineData(Token + "\u00A0")]
    [InlineData("\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u2003")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void Kept_EmptyShortOrDamaged_StopsTheStartAndIsLeftAsItIs(string kept)
    {
        File.WriteAllText(Kept, kept);

        var refusal = Assert.Throws<InvalidOperationException>(() => AdminToken.Load(null, _data.FullName));

        Assert.StartsWith($"The admin token in {Kept} ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Delete the file", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(kept, File.ReadAllText(Kept));
    }

    [Theory]
    [InlineData(Token)]
    [InlineData(Token + "\n")]
    [InlineData(Token + "\r\n")]
    public void Kept_WithOrWithoutTheEndOfItsLine_IsTheToken(string kept)
    {
        File.WriteAllText(Kept, kept);

        var token = AdminToken.Load(null, _data.FullName);

        Assert.True(token.Admits("Bearer " + Token));
        Assert.Equal(Kept, token.Path);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0")]
    [InlineData("fifteen-letters")]
    [InlineData("with a space inside of it")]
    [InlineData(Token + "\n")]
    public void Configured_BlankShortOrImpossibleToSend_StopsTheStartWithoutBeingShown(string configured)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => AdminToken.Load(configured, _data.FullName));

        Assert.StartsWith("Streaming:Admin:Token ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(configured, refusal.Message.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty(_data.GetFiles());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void NotConfigured_OrEmpty_IsMadeWholeAndForItsOwnerAlone(string? configured)
    {
        File.WriteAllText(Kept + ".new", "half of a tok"); // A crash while it was written.

        var token = AdminToken.Load(configured, _data.FullName);

        Assert.Equal(Kept, Assert.Single(_data.GetFiles()).FullName);
        Assert.True(token.Admits("Bearer " + File.ReadAllText(Kept).TrimEnd('\n')));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Kept));
    }

    [Fact]
    public void NotWritable_StopsTheStartAndLeavesNoToken()
    {
        Directory.CreateDirectory(Kept + ".new"); // No file can be written in its place, as on a full disk.

        var refusal = Assert.Throws<InvalidOperationException>(() => AdminToken.Load(null, _data.FullName));

        Assert.StartsWith($"The new admin token cannot be written to {Kept}. Is the disk full", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Kept));
        Directory.Delete(Kept + ".new");
        AdminToken.Load(null, _data.FullName);
        Assert.True(File.Exists(Kept));
    }

    [Fact]
    public void NotReadable_StopsTheStart()
    {
        Directory.CreateDirectory(Kept);

        var refusal = Assert.Throws<InvalidOperationException>(() => AdminToken.Load(null, _data.FullName));

        Assert.StartsWith($"The admin token in {Kept} cannot be read", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer " + Token, true)]
    [InlineData("bearer " + Token, true)]
    [InlineData("BEARER    " + Token, true)]
    [InlineData("Bearer" + Token, false)]
    [InlineData("Bearer\t" + Token, false)]
    [InlineData("Bearer \t" + Token, false)]
    [InlineData("Bearer \u00A0" + Token, false)]
    [InlineData("Bearer " + Token + "\u00A0", false)]
    [InlineData("Bearer " + Token + "\u2003", false)]
    [InlineData("Bearer " + Token + " ", false)]
    [InlineData("Bearer " + Token + ",", false)]
    [InlineData(" Bearer " + Token, false)]
    [InlineData("Bearer", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Bearer \u00A0", false)]
    [InlineData("Bearer \u3000\u2003\u00A0", false)]
    [InlineData("Basic " + Token, false)]
    [InlineData(Token, false)]
    [InlineData("", false)]
    public void Authorization_IsTheSchemeSpacesAndTheTokenAndNothingElse(string authorization, bool isAdmitted) =>
        Assert.Equal(isAdmitted, AdminToken.Load(Token, _data.FullName).Admits(authorization));

    [Fact]
    public void Authorization_SeveralOrNone_IsRefused()
    {
        var token = AdminToken.Load(Token, _data.FullName);

        Assert.False(token.Admits(StringValues.Empty));
        Assert.False(token.Admits(new StringValues(["Bearer " + Token, "Bearer " + Token])));
    }

    public void Dispose() => _data.Delete(recursive: true);
}
