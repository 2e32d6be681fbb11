"""Label configs of the projects a stand-in is filled with."""

BOXES = """<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="box" toName="image">
    <Label value="Car" background="#1f77b4"/>
    <Label value="Bus" background="#ff7f0e"/>
    <Label value="Pedestrian" background="#2ca02c"/>
    <Label value="Bicycle" background="#d62728"/>
  </RectangleLabels>
</View>"""

SPANS = """<View>
  <Labels name="label" toName="text">
    <Label value="PER" background="#1f77b4"/>
    <Label value="ORG" background="#ff7f0e"/>
    <Label value="LOC" background="#2ca02c"/>
  </Labels>
  <Relations>
    <Relation value="founded by"/>
    <Relation value="based in"/>
  </Relations>
  <Text name="text" value="$text"/>
</View>"""

MOOD = """<View>
  <Text name="text" value="$text"/>
  <Choices name="mood" toName="text" choice="single">
    <Choice value="Positive"/>
    <Choice value="Neutral"/>
    <Choice value="Negative"/>
  </Choices>
</View>"""

SOUND = """<View>
  <Labels name="sound" toName="audio">
    <Label value="Speech"/>
    <Label value="Noise"/>
    <Label value="Music"/>
  </Labels>
  <Audio name="audio" value="$audio"/>
</View>"""

SCENES = """<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="box" toName="image">
    <Label value="Car"/>
    <Label value="Bus"/>
  </RectangleLabels>
  <Choices name="weather" toName="image" choice="single">
    <Choice value="Sun"/>
    <Choice value="Rain"/>
  </Choices>
</View>"""
