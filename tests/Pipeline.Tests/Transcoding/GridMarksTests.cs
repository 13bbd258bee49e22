using Streaming.Pipeline.Transcoding;

namespace Streaming.Pipeline.Tests.Transcoding;

/// <summary>The picture that is shown first in each cell of the grid is always named.</summary>
public sealed class GridMarksTests
{
    [Fact]
    public void Pictures_DecodedAsTheyAreShown_AreNamedOnceACell()
    {
        var marks = new GridMarks(10);

        Assert.Equal([3, 10, 20, 31], ((long[])[3, 6, 9, 10, 13, 16, 19, 20, 27, 31, 35]).Where(marks.IsFirst));
    }

    [Fact]
    public void Pictures_DecodedBeforeTheyAreShown_NameTheFirstShownToo()
    {
        var marks = new GridMarks(10);

        // Decode order of a pyramid: P, the B picture that others refer to, then those.
        Assert.Equal([0, 14, 12, 10, 22, 20], ((long[])[0, 8, 4, 2, 6, 14, 12, 10, 13, 22, 20, 18, 21]).Where(marks.IsFirst));
    }
}
