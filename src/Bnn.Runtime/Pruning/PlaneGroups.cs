using Bnn.Model;

namespace Bnn.Pruning;

/// <summary>Planes of an input that are tested and removed together.</summary>
/// <param name="Name">For people, for example <c>bit 3</c>, or <c>channel 0 level 2</c>.</param>
/// <param name="Planes">Indices of the planes in the order of the encoding, rising.</param>
public sealed record PlaneGroup(string Name, EquatableArray<int> Planes);

/// <summary>The planes of an encoding, parted into groups.</summary>
internal static class PlaneGroups
{
    /// <summary>Parts them.</summary>
    /// <param name="encoding">Of the input.</param>
    /// <param name="channels">Of the input.</param>
    /// <param name="perPlane">Whether each plane is a group; otherwise a slice: bits of the same number, or levels of the same rank, of all channels.</param>
    /// <returns>Lowest bit or level first, of equal ones the lower channel.</returns>
    /// <exception cref="ArgumentException">There are less than two groups; the message says what has more.</exception>
    public static PlaneGroup[] Of(InputEncoding encoding, int channels, bool perPlane)
    {
        IReadOnlyList<InputPlane> planes = encoding.Planes(channels);
        if (planes.Count == 0)
        {
            throw new ArgumentException(
                $"The encoding {encoding.Keyword} has no planes of its own: its weights are shared by all eight bits. Train with bit-planes or thermometer-L.");
        }
        string kind = encoding is BitPlanesEncoding ? "bit" : "level";
        PlaneGroup[] groups =
        [
            .. Enumerable.Range(0, planes.Count).GroupBy(plane => (Rank: Rank(planes, plane), Channel: perPlane ? planes[plane].Channel : -1))
                .OrderBy(group => group.Key)
                .Select(group => new PlaneGroup(
                    FormattableString.Invariant($"{(perPlane ? $"channel {group.Key.Channel} " : "")}{kind} {group.Key.Rank}"), group.ToEquatableArray())),
        ];
        return groups.Length > 1 ? groups : throw new ArgumentException(
            $"The encoding {encoding.Keyword} has one plane for each channel, and thus one slice: nothing to choose from. "
            + $"Train with bit-planes or thermometer-L{(planes.Count > 1 && !perPlane ? ", or test planes one by one" : "")}.");
    }

    // Of a bit its number, of a level how many of its channel are lower.
    private static int Rank(IReadOnlyList<InputPlane> planes, int plane) => planes[plane].IsThreshold
        ? planes.Take(plane).Count(other => other.Channel == planes[plane].Channel)
        : planes[plane].Value;
}
