using Streaming.Gateway.Configuration;

namespace Streaming.Gateway.Tests.Configuration;

/// <summary>A mistyped name is known for what it was meant to be; another word is not.</summary>
public sealed class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("port", "PORT", 0)]
    [InlineData("prot", "port", 1)]
    [InlineData("poort", "port", 1)]
    [InlineData("pot", "port", 1)]
    [InlineData("part", "port", 1)]
    [InlineData("", "port", 4)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_OfTwoNames_IsTheNumberOfMistakes(string one, string other, int mistakes)
    {
        Assert.Equal(mistakes, NearestName.Distance(one, other));
        Assert.Equal(mistakes, NearestName.Distance(other, one));
    }

    [Theory]
    [InlineData("Targt", "Target")]
    [InlineData("windwo", "Window")]
    [InlineData("PartTraget", "PartTarget")]
    [InlineData("Colour", null)]
    [InlineData("x", null)]
    public void Of_ANameThatThereIsNot_IsTheOneMeant(string name, string? meant) =>
        Assert.Equal(meant, NearestName.Of(name, ["Target", "PartTarget", "Window"]));

    [Fact]
    public void Of_NoNames_IsNone() => Assert.Null(NearestName.Of("Target", []));
}
